import * as z from 'zod';
import { document } from './values.ts';

// Each schema is used for one file: to write and compile a function for it takes longer than it saves, also for long files.
z.config({ jitless: true });

interface SectionOptions {
  readonly description: string;
  /** Name of the definition in the JSON Schema. */
  readonly id?: string;
  /**
   * For the JSON Schema. Here all keys are optional: what is missing is reported by a rule, so that it does not hide what
   * else is wrong with the mapping.
   */
  readonly required?: readonly string[];
}

/** A mapping with exactly these keys. */
export function section<Shape extends z.ZodRawShape>(shape: Shape, options: SectionOptions) {
  return document(z.strictObject(shape), { ...options });
}

/** The keys of the mapping that `path` leads to in what `schema` describes; none when it is not a section. */
export function listKnownKeys(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  let found: readonly z.core.$ZodType[] = unwrap(schema);
  for (const step of path) found = found.flatMap((candidate) => findChildSchemas(candidate, step));
  const object = found.find((candidate) => candidate instanceof z.ZodObject);
  return object === undefined ? [] : Object.keys(object.shape);
}

function findChildSchemas(schema: z.core.$ZodType, step: PropertyKey): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodArray) return typeof step === 'number' ? unwrap(schema.element) : [];
  if (schema instanceof z.ZodRecord) return typeof step === 'string' ? unwrap(schema.valueType) : [];
  if (!(schema instanceof z.ZodObject)) return [];
  const child = (schema.shape as z.ZodRawShape)[String(step)] ?? schema.def.catchall;
  return child === undefined ? [] : unwrap(child);
}

/** Optional values as what they are when given, unions as their options. */
function unwrap(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap());
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => unwrap(option));
  return [schema];
}
