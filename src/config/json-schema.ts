import * as z from 'zod';
import { compareText } from '../oci/text-order.ts';
import { configSchema } from './schema/config-schema.ts';

/** A JSON Schema or a part of one, as plain data. */
export type JsonSchema = { readonly [Key in string]?: unknown };

/** Mappings whose keys are the user's: in them, `x-` is no special key. */
const USER_MAPPINGS: ReadonlySet<string> = new Set(['annotations', 'descriptorAnnotations', 'labels']);

/** Definitions of what is merged over something else, where null removes a key. */
const MERGED: ReadonlySet<string> = new Set(['Defaults', 'Guards', 'Image', 'MatrixRow', 'Override', 'PlatformEntry']);

/** Definitions whose texts are taken as they stand. */
const VERBATIM: ReadonlySet<string> = new Set(['Variable']);

/**
 * The JSON Schema of a config file as it is written, for editors. The code validates what a file becomes after
 * expansion; so here a variable may stand for a list or a word, null for "none of the defaults", and `x-` keys anywhere.
 */
export function makeConfigJsonSchema(): JsonSchema {
  const { $schema, definitions, ...root } = z.toJSONSchema(configSchema, {
    target: 'draft-7',
    io: 'input',
  }) as JsonSchema;
  const named = Object.entries(definitions as Record<string, JsonSchema>).map(([name, definition]) => {
    const isVerbatim = VERBATIM.has(name);
    return [name, loosenMapping(definition, { isMerged: MERGED.has(name), isVerbatim })] as const;
  });
  const loose: Readonly<Record<string, JsonSchema>> = Object.fromEntries(
    named.toSorted(([a], [b]) => compareText(a, b)),
  );
  const described = Object.entries(loose).map(([name, definition]) => [name, describeKeys(definition, loose)]);
  return {
    $schema,
    title: 'Plait config file',
    ...describeKeys(loosenMapping(root, { isMerged: false, isVerbatim: true }), loose),
    definitions: Object.fromEntries(described),
  };
}

/** A key whose value is a section, and that says nothing itself, is described as the section: editors show both alike. */
function describeKeys(schema: JsonSchema, definitions: Readonly<Record<string, JsonSchema>>): JsonSchema {
  if (!isSchema(schema.properties)) return schema;
  const properties = Object.entries(schema.properties as Record<string, JsonSchema>).map(([key, value]) => {
    const [, name = ''] = /"#\/definitions\/(\w+)"/.exec(JSON.stringify(value)) ?? [];
    const description = value.description ?? definitions[name]?.description;
    return [key, description === undefined ? value : { description, ...value }];
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}

interface Looseness {
  readonly isMerged: boolean;
  readonly isVerbatim: boolean;
}

/** Loosens the values of a mapping and allows `x-` keys in it, except in those of the user. */
function loosenMapping(schema: JsonSchema, how: Looseness, name = ''): JsonSchema {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  const others = schema.additionalProperties;
  return {
    ...schema,
    ...(properties.length === 0
      ? {}
      : { properties: Object.fromEntries(properties.map(([key, value]) => [key, loosenValue(value, how, key)])) }),
    ...(isSchema(others) ? { additionalProperties: loosenValue(others, how, '') } : {}),
    ...(USER_MAPPINGS.has(name) ? {} : { patternProperties: { '^x-': {} } }),
  };
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null;
}

const META_KEYS: ReadonlySet<string> = new Set(['description', 'default', 'examples']);

function loosenValue(schema: JsonSchema, how: Looseness, name: string): JsonSchema {
  const entries = Object.entries(schema);
  const meta = Object.fromEntries(entries.filter(([key]) => META_KEYS.has(key)));
  const type: JsonSchema = Object.fromEntries(entries.filter(([key]) => !META_KEYS.has(key)));
  const written = (type.anyOf ?? [type]) as readonly JsonSchema[];
  const options = written.map((option) => loosenType(option, how, name));
  if (takesVariable(options, how)) options.push(VARIABLE);
  if (how.isMerged) options.push({ type: 'null' });
  return options.length === 1 ? { ...meta, ...options[0] } : { ...meta, anyOf: options };
}

function loosenType(schema: JsonSchema, how: Looseness, name: string): JsonSchema {
  return schema.type === 'object' ? loosenMapping(schema, how, name) : schema;
}

const VARIABLE: JsonSchema = { type: 'string', pattern: '\\$\\{.+\\}' };

/** Variables are texts and lists; any text can hold one already, unless only some texts are allowed. */
function takesVariable(options: readonly JsonSchema[], { isVerbatim }: Looseness): boolean {
  const isFree = options.some(
    (option) => option.type === 'string' && option.enum === undefined && option.pattern === undefined,
  );
  const isBound = options.some((option) => option.type === 'array' || option.type === 'string');
  return isBound && !isFree && !isVerbatim;
}
