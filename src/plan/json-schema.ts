import * as z from 'zod';
import { planDocumentSchema } from './document-schema.ts';

/** The JSON Schema of the plan document that `-O json` prints. */
export function makePlanJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(planDocumentSchema, { target: 'draft-7' });
  return { $schema, title: 'Plait plan', ...schema };
}
