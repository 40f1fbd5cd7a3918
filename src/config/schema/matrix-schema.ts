import * as z from 'zod';
import { MAX_MATRIX_EDITS, MAX_MATRIX_ROWS } from '../limits.ts';
import { imageKeys } from './image-keys.ts';
import { section } from './section.ts';
import { list, text } from './values.ts';
import { valueSchema } from './variable-schema.ts';

const rowSchema = z.object(imageKeys).catchall(valueSchema).meta({
  id: 'MatrixRow',
  description:
    'Values for ${matrix.name}. A key that images have, as annotations, changes that of the image for this row.',
});

const edits = (description: string) => z.array(rowSchema).max(MAX_MATRIX_EDITS).meta({ description }).optional();

/** The `matrix` of an image. */
export const matrixSchema = section(
  {
    axes: z
      .record(z.string(), z.array(valueSchema))
      .meta({ description: 'Every combination of these values makes a row.', examples: [{ app: ['api', 'web'] }] })
      .optional(),
    rows: list(rowSchema, 'The rows one by one, instead of axes.', [{ name: 'api' }, { name: 'web' }])
      .max(MAX_MATRIX_ROWS)
      .optional(),
    include: edits('Values to add to the rows that they agree with; what agrees with none is a row of its own.'),
    exclude: z
      .array(z.record(z.string(), z.union([text('The value to leave out.'), z.array(z.string())])))
      .max(MAX_MATRIX_EDITS)
      .meta({
        description: 'Rows to leave out: those that have all values of an entry.',
        examples: [[{ app: 'web', channel: 'edge' }]],
      })
      .optional(),
  },
  {
    id: 'Matrix',
    description: 'Makes an image of each row, in which ${matrix.name} stands for the values of the row.',
  },
);
