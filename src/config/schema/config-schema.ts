import * as z from 'zod';
import { absenceSchema } from './absence-schema.ts';
import { imageKeys, inheritedKeys } from './image-keys.ts';
import { includeSchema } from './include-schema.ts';
import { matrixSchema } from './matrix-schema.ts';
import { registrySchema } from './registry-schema.ts';
import { driftSchema, runGuardsSchema } from './run-schema.ts';
import { section } from './section.ts';
import { list } from './values.ts';
import { variableSchema } from './variable-schema.ts';

/** One entry of `images`: tags, and the content they are to have. After expansion it has no `matrix` any more. */
export const imageSchema = section(
  { ...imageKeys, matrix: matrixSchema.optional() },
  { id: 'Image', description: 'Tags, and the content they are to have.' },
);

/** An image after variables, matrix and defaults are worked in. */
export type ImageInput = Omit<z.infer<typeof imageSchema>, 'matrix'>;

export const defaultsSchema = section(inheritedKeys, {
  id: 'Defaults',
  description: 'What holds for every image that does not say otherwise. Mappings are merged, null removes a key.',
});

export const variablesSchema = z
  .record(z.string(), variableSchema)
  .meta({ description: 'Values that ${name} stands for in the texts of this file.' });

const frame = {
  version: z.literal(1).meta({ description: 'The version of this language.' }),
  include: list(includeSchema, 'Other files to read, in this order.').optional(),
  variables: variablesSchema.optional(),
  registries: z
    .record(z.string(), registrySchema)
    .meta({ description: 'How to talk to registries, by host[:port]. "*" is every host that is not named.' })
    .optional(),
  defaults: defaultsSchema.optional(),
  guards: runGuardsSchema.optional(),
  drift: driftSchema.optional(),
  images: z.array(imageSchema).meta({ description: 'The tags that are wanted.' }).optional(),
  absent: z.array(absenceSchema).meta({ description: 'The tags that are to be gone.' }).optional(),
};

/** The whole config file. */
export const configSchema = section(frame, {
  description: 'The multi-arch tags that Plait keeps. Keys that begin with x- are yours, in any mapping.',
});

/** The file without its images and defaults, which are validated one by one after expansion. */
export const fileSchema = section(
  {
    ...frame,
    version: frame.version.optional(),
    defaults: z.unknown().optional(),
    images: z.array(z.unknown()).optional(),
    variables: z.unknown().optional(),
  },
  { description: 'The frame of a config file.' },
);
