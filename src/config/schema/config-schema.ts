import * as z from 'zod';
import { imageKeys, inheritedKeys } from './image-keys.ts';
import { matrixSchema } from './matrix-schema.ts';
import { registrySchema } from './registry-schema.ts';
import { section } from './section.ts';
import { variableSchema } from './variable-schema.ts';

const PLANNED_IMAGE_KEYS = ['compare', 'onMissingSource', 'order', 'referrers'];

/** One entry of `images`: tags, and the content they are to have. After expansion it has no `matrix` any more. */
export const imageSchema = section(
  { ...imageKeys, matrix: matrixSchema.optional() },
  { id: 'Image', description: 'Tags, and the content they are to have.', planned: [...PLANNED_IMAGE_KEYS, 'protect'] },
);

/** An image after variables, matrix and defaults are worked in. */
export type ImageInput = Omit<z.infer<typeof imageSchema>, 'matrix'>;

export const defaultsSchema = section(inheritedKeys, {
  id: 'Defaults',
  description: 'What holds for every image that does not say otherwise. Mappings are merged, null removes a key.',
  planned: PLANNED_IMAGE_KEYS,
});

export const variablesSchema = z
  .record(z.string(), variableSchema)
  .meta({ description: 'Values that ${name} stands for in the texts of this file.' });

/** The whole config file. */
export const configSchema = section(
  {
    version: z.literal(1).meta({ description: 'The version of this language.' }),
    variables: variablesSchema.optional(),
    registries: z
      .record(z.string(), registrySchema)
      .meta({ description: 'How to talk to registries, by host[:port]. "*" is every host that is not named.' })
      .optional(),
    defaults: defaultsSchema.optional(),
    images: z.array(imageSchema).meta({ description: 'The tags that are wanted.' }).optional(),
  },
  {
    description: 'The multi-arch tags that Plait keeps. Keys that begin with x- are yours, in any mapping.',
    planned: ['absent', 'drift', 'guards', 'include'],
  },
);

/** The file without its images and defaults, which are validated one by one after expansion. */
export const fileSchema = section(
  {
    ...configSchema.shape,
    version: configSchema.shape.version.optional(),
    defaults: z.unknown().optional(),
    images: z.array(z.unknown()).optional(),
    variables: z.unknown().optional(),
  },
  { description: 'The frame of a config file.', planned: ['absent', 'drift', 'guards', 'include'] },
);
