import * as z from 'zod';
import { section } from './section.ts';
import { list, nonEmptyText } from './values.ts';

const sameLabelSchema = section(
  {
    labels: list(nonEmptyText('The name of a label.', 'org.opencontainers.image.revision'), 'Names of labels.', [
      'org.opencontainers.image.revision',
    ]).optional(),
    except: list(z.string(), 'Platforms that need not agree.', ['windows/amd64']).optional(),
  },
  {
    id: 'SameLabel',
    description:
      'All images of an index must have the same value of these labels. It finds a release of which only half was built.',
  },
);

/** The `guards` of an image and of `defaults`. */
export const guardsSchema = section(
  {
    maxPlatformRemovals: z
      .int()
      .min(0)
      .max(10_000)
      .meta({ description: 'How many platforms a live tag may lose.', default: 0 })
      .optional(),
    immutableTags: list(
      z.string(),
      'Tags that may be created and never moved: globs, or regular expressions after re:.',
      ['re:^v?\\d+\\.\\d+\\.\\d+$'],
    ).optional(),
    requirePlatforms: list(z.string(), 'Platforms that the published index must hold.', [
      'linux/amd64',
      'linux/arm64',
    ]).optional(),
    sameLabel: sameLabelSchema.optional(),
  },
  { id: 'Guards', description: 'What holds a change of one image back.' },
);
