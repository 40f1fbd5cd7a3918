import type * as z from 'zod';
import { cleanText } from '../errors/redact.ts';
import type { DiagnosticCode } from './diagnostic-codes.ts';
import type { Hint } from './findings.ts';
import { findNearest } from './nearest.ts';
import type { ConfigNode } from './node.ts';
import { describeNotText, isOldBoolean, quote } from './scalar-text.ts';
import { listKnownKeys } from './schema/section.ts';
import type { FlatIssue } from './schema-issue.ts';

/** A finding without its place. */
export interface Description {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint?: Hint | undefined;
}

/** Words for `issue`; `node` is the deepest node on its path, which leads `reached` steps of it. */
export function describeIssue(issue: FlatIssue, node: ConfigNode, reached: number): Description {
  const missing = issue.path[reached];
  if (missing !== undefined) return { code: 'missing-key', message: `the key ${quote(String(missing))} is missing` };
  if (issue.code === 'invalid_type') return describeType(issue.expected, node);
  if (issue.code === 'invalid_value') return describeChoice(issue.values.map(String), node);
  if (issue.code === 'too_small') return describeTooSmall(issue.origin, issue.minimum);
  if (issue.code === 'too_big') return describeTooBig(issue.origin, issue.maximum);
  return { code: 'invalid-value', message: issue.message };
}

function describeTooSmall(origin: string, minimum: number | bigint): Description {
  if (origin === 'number') return { code: 'invalid-value', message: `this must be ${minimum} or more` };
  return { code: 'empty-value', message: origin === 'array' ? 'this list is empty' : 'this text is empty' };
}

function describeTooBig(origin: string, maximum: number | bigint): Description {
  const message = origin === 'array' ? `this list has more than ${maximum} items` : `this must be ${maximum} or less`;
  return { code: 'invalid-value', message };
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a whole number',
  object: 'a mapping',
  record: 'a mapping',
  string: 'a text',
};

function describeType(expected: string, node: ConfigNode): Description {
  const types = expected.split(' or ');
  if (types.includes('string') && node.kind === 'scalar') return { code: 'not-text', ...describeNotText(node) };
  const words = types.filter((type) => TYPE_NAMES[type] === undefined).flatMap((type) => type.split(', '));
  if (words.length > 0 && node.kind === 'scalar') return describeChoice(words, node);
  const wanted = [...new Set(types.map((type) => TYPE_NAMES[type] ?? `one of ${type}`))].join(', or ');
  const hint = describeTypeHint(types, node);
  return { code: 'wrong-type', message: `${wanted} is wanted here, and this is ${nameNode(node)}`, ...hint };
}

function describeTypeHint(types: readonly string[], node: ConfigNode): { readonly hint?: string } {
  if (node.kind !== 'scalar') return {};
  if (types.includes('boolean') && isOldBoolean(node)) {
    return { hint: `write ${/^(?:yes|on)$/i.test(node.source) ? 'true' : 'false'}` };
  }
  if (types.includes('array') && typeof node.value === 'string') return { hint: `write [${quote(node.value)}]` };
  return isNumberWanted(types) && typeof node.value === 'string' ? { hint: 'write it without quotes' } : {};
}

function isNumberWanted(types: readonly string[]): boolean {
  return types.includes('int') || types.includes('number');
}

function nameNode(node: ConfigNode): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a mapping';
  if (node.kind === 'hole' || node.source === '' || node.value === null) return 'empty';
  return typeof node.value === 'string' ? `the text ${quote(node.value)}` : cleanText(node.source, 80);
}

function describeChoice(words: readonly string[], node: ConfigNode): Description {
  const given = node.kind === 'scalar' ? node.source : '';
  const nearest = findNearest(given, words);
  const list = words.length === 1 ? `only ${words[0]} is` : `${words.join(', ')} are`;
  return {
    code: 'invalid-value',
    message: `${nameNode(node)} is not a value of this key; ${list}`,
    ...(nearest === undefined
      ? {}
      : { hint: nearest === given ? `write ${nearest} without quotes` : `did you mean ${nearest}?` }),
  };
}

/** Names under which people try to put a secret into the file. */
const SECRET_KEYS: ReadonlySet<string> = new Set(['identitytoken', 'password', 'secret', 'token', 'username']);

/** Words for a key that the mapping at `path` does not have. */
export function describeUnknownKey(schema: z.ZodType, path: FlatIssue['path'], key: string): Description {
  const known = listKnownKeys(schema, path);
  return {
    code: 'unknown-key',
    message: `there is no key ${quote(key)} here`,
    hint: () => describeKeyHint(known, key),
  };
}

function describeKeyHint(allowed: readonly string[], key: string): string {
  if (allowed.includes('passwordEnv') && SECRET_KEYS.has(key.toLowerCase())) {
    return 'secrets never stand in a config: name the environment variables with usernameEnv and passwordEnv, or a helper';
  }
  const nearest = findNearest(key, allowed);
  return nearest === undefined ? `the keys are ${[...allowed].sort().join(', ')}` : `did you mean ${nearest}?`;
}
