import * as z from 'zod';

/** `schema` itself, which nobody else may have, with help for editors: `meta` of zod would make another one at every start. */
export function document<Schema extends z.ZodType>(schema: Schema, help: z.core.GlobalMeta): Schema {
  z.globalRegistry.add(schema, help);
  return schema;
}

/** A text with help for editors. */
export function text(description: string, ...examples: readonly string[]) {
  return document(z.string(), { description, ...(examples.length > 0 ? { examples: [...examples] } : {}) });
}

/** As {@link text}, where the empty text would say nothing. */
export function nonEmptyText(description: string, ...examples: readonly string[]) {
  return document(z.string().min(1), { description, examples: [...examples] });
}

/** One of a few words, the first of which is what holds when the key is not given. */
export function choice<const Words extends readonly [string, ...string[]]>(words: Words, description: string) {
  return document(z.enum(words), { description, default: words[0] });
}

/** A list that says something, so it is not empty. */
export function list<Item extends z.ZodType>(item: Item, description: string, ...examples: readonly unknown[]) {
  const schema = z.array(item).min(1);
  return document(schema, { description, ...(examples.length > 0 ? { examples: [...examples] } : {}) });
}

/** A mapping from text to text whose keys are the user's. */
export function textMap(description: string, ...examples: readonly Readonly<Record<string, string>>[]) {
  return document(z.record(z.string(), z.string()), { description, examples: [...examples] });
}

/** The name of an environment variable. A wrong one is not repeated in errors: it may be a secret in the wrong place. */
export function environmentName(description: string, example: string) {
  const schema = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'this is not the name of an environment variable');
  return document(schema, { description, examples: [example] });
}
