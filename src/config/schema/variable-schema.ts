import * as z from 'zod';
import { section } from './section.ts';
import { environmentName, list, text } from './values.ts';

/** One entry of `variables`. */
export const variableSchema = section(
  {
    type: z
      .enum(['string', 'list'])
      .meta({
        description: 'A text, or a list of texts. From the environment and --var, a list is comma-separated.',
        default: 'string',
      })
      .optional(),
    default: z
      .union([z.string(), z.array(z.string())])
      .meta({
        description: 'The value when nothing else gives one. Quote numbers.',
        examples: ['1.8.2'],
      })
      .optional(),
    pattern: text(
      'A regular expression that the value, or each item of a list, must match.',
      '^\\d+\\.\\d+\\.\\d+$',
    ).optional(),
    env: environmentName(
      'The environment variable that gives the value; --var and --var-file come before it.',
      'APP_VERSION',
    ).optional(),
    description: text('What the variable is for.', 'Release to publish').optional(),
  },
  { id: 'Variable', description: 'A value that ${name} stands for in the texts of this file.' },
);

export type VariableInput = z.infer<typeof variableSchema>;

/** The value of a variable or of a matrix column. */
export const valueSchema = z
  .union([z.string(), list(z.string(), 'A list of texts.')])
  .meta({ description: 'A text, or a list of texts. Quote numbers.' });
