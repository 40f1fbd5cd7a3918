import * as z from 'zod';
import { section } from './section.ts';
import { list, nonEmptyText, text } from './values.ts';

const overrideSchema = section(
  {
    os: nonEmptyText('The operating system.', 'linux').optional(),
    architecture: nonEmptyText('The architecture, as Go names it.', 'arm64').optional(),
    variant: nonEmptyText('The variant of the architecture.', 'v7').optional(),
    'os.version': nonEmptyText('The version of the operating system.', '10.0.20348.2227').optional(),
    'os.features': list(z.string(), 'Features that the operating system must have.', ['win32k']).optional(),
  },
  {
    id: 'Override',
    description: 'Fields in which the image config of the source may disagree, with what to publish instead.',
  },
);

export type OverrideInput = z.infer<typeof overrideSchema>;

const entrySchema = section(
  {
    ref: text(
      'The image, by tag or digest or both. It must be one image.',
      'ghcr.io/acme/agent-ci:1.4.0-armhf',
    ).optional(),
    from: text('A multi-arch image to take one platform from.', 'docker.io/acme/agent:1.4.0').optional(),
    select: text(
      'The platform to take from `from`; without it, the platform of this entry.',
      'linux/riscv64',
    ).optional(),
    override: overrideSchema.optional(),
    optional: z
      .boolean()
      .meta({ description: 'When the source does not exist, the platform stays as it is live.', default: false })
      .optional(),
    annotations: z
      .record(z.string(), z.string().nullable())
      .meta({
        description: 'Annotations of this entry of the index, over descriptorAnnotations; null removes one.',
        examples: [{ 'com.acme.builder': 'graviton' }],
      })
      .optional(),
  },
  { id: 'PlatformEntry', description: 'The source of one platform: ref, or from.' },
);

export type PlatformEntryInput = z.infer<typeof entrySchema>;

/** A list of platforms, whose sources `source` names, or a mapping from platform to its source. */
export const platformsSchema = z
  .union([
    list(z.string(), 'The platforms, each of which has the source that `source` names.', [
      'linux/amd64',
      'linux/arm64',
    ]),
    z
      .record(z.string(), z.union([text('The image, by tag or digest or both.'), entrySchema]))
      .meta({ description: 'From the published platform to its source.' }),
  ])
  .meta({
    description: 'The platforms to publish, as os[(os.version)]/arch[/variant]: a list with `source`, or a mapping.',
  });
