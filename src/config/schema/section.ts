import * as z from 'zod';

/** Keys of the full language that this version does not know yet: an error of its own, so that no one hunts a typo. */
const planned = z.registry<{ readonly keys: readonly string[] }>();

interface SectionOptions {
  readonly description: string;
  readonly planned?: readonly string[];
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
  const { planned: keys = [], ...meta } = options;
  const schema = z.strictObject(shape).meta(meta);
  planned.add(schema, { keys });
  return schema;
}

/** What is known of the keys of a mapping: those that may be used, and those that a later version will know. */
export interface KnownKeys {
  readonly allowed: readonly string[];
  readonly planned: readonly string[];
}

/** The keys of the mapping that `path` leads to in what `schema` describes; none when it is not a section. */
export function findKnownKeys(schema: z.core.$ZodType, path: readonly PropertyKey[]): KnownKeys {
  let found: readonly z.core.$ZodType[] = unwrap(schema);
  for (const step of path) found = found.flatMap((candidate) => findChildSchemas(candidate, step));
  const object = found.find((candidate) => candidate instanceof z.ZodObject);
  if (object === undefined) return { allowed: [], planned: [] };
  return { allowed: Object.keys(object.shape), planned: planned.get(object)?.keys ?? [] };
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
