import { cleanText } from '../errors/redact.ts';
import type { Findings, Place } from './findings.ts';
import { MAX_PATTERN_CHARS, MAX_TEXT_CHARS } from './limits.ts';
import {
  type ConfigNode,
  type Cursor,
  descend,
  findValue,
  type MapNode,
  makeHole,
  makeList,
  makeText,
  placeOfKey,
} from './node.ts';
import { tryPattern } from './pattern.ts';
import { quote } from './scalar-text.ts';
import { variablesSchema } from './schema/config-schema.ts';
import type { VariableInput } from './schema/variable-schema.ts';
import { hasReference, unescapeText } from './substitute.ts';
import { validate } from './validate.ts';

/** Where the values of variables come from besides the file. */
export interface VariableSources {
  /** From `--var`. */
  readonly given: Readonly<Record<string, string>>;
  /** From `--var-file`, by name. */
  readonly files: ReadonlyMap<string, FileValue>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface FileValue {
  readonly key: Place;
  /** At a text or a list of texts. */
  readonly value: Cursor;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** True for what can stand in `${…}` and `${matrix.…}`. */
export function isVariableName(name: string): boolean {
  return NAME.test(name);
}

/**
 * The variables that a file declares, with their values: `--var` before `--var-file` before the environment before the
 * default. A variable without a usable value is reported and becomes a hole, so that its users are not reported, too.
 */
export function resolveVariables(
  root: MapNode,
  sources: VariableSources,
  findings: Findings,
): ReadonlyMap<string, ConfigNode> {
  const node = findValue(root, 'variables');
  if (node === undefined) return new Map();
  const cursor: Cursor = { node, path: ['variables'] };
  const definitions = validate(variablesSchema, cursor, findings) ?? {};
  const names = node.kind === 'map' ? [...node.entries.keys()] : [];
  return new Map(
    names.map((name) => {
      const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
      const at = descend(cursor, name);
      const isUsable = checkName(name, cursor, findings) && definition !== undefined;
      const value = isUsable ? resolveVariable({ name, definition, at }, sources, findings) : undefined;
      return [name, value ?? makeHole(at.node)];
    }),
  );
}

function checkName(name: string, cursor: Cursor, findings: Findings): boolean {
  if (isVariableName(name) && name !== 'matrix') return true;
  findings.error({
    code: 'invalid-name',
    where: placeOfKey(cursor, name),
    message: `${quote(name)} cannot be the name of a variable`,
    hint: name === 'matrix' ? 'matrix is taken' : 'use letters, digits, _ and -, and begin with a letter or _',
  });
  return false;
}

interface Variable {
  readonly name: string;
  readonly definition: VariableInput;
  readonly at: Cursor;
}

function resolveVariable(variable: Variable, sources: VariableSources, findings: Findings): ConfigNode | undefined {
  const value = findValueFrom(sources, variable, findings);
  if (value.kind === 'hole') return undefined;
  const items = value.kind === 'list' ? value.items : [value];
  return checkLengths(variable, items, findings) && checkPattern(variable, items, findings) ? value : undefined;
}

/** A hole when there is no usable value, and that is reported. */
function findValueFrom(sources: VariableSources, variable: Variable, findings: Findings): ConfigNode {
  const { name, definition, at } = variable;
  const hole = makeHole(at.node);
  const fromFlag = Object.hasOwn(sources.given, name) ? sources.given[name] : undefined;
  if (fromFlag !== undefined) return toValue(variable, fromFlag, '--var');
  const fromFile = sources.files.get(name)?.value;
  if (fromFile !== undefined) return checkType(fromFile, definition, findings) ? fromFile.node : hole;
  const fromEnvironment = definition.env === undefined ? undefined : sources.environment[definition.env];
  if (fromEnvironment !== undefined) return toValue(variable, fromEnvironment, definition.env ?? '');
  const fallback = findDefault(variable, findings);
  if (fallback === undefined && findValue(at.node, 'default') === undefined) reportMissing(variable, findings);
  return fallback ?? hole;
}

function toValue({ definition, at }: Variable, text: string, via: string): ConfigNode {
  const make = (item: string): ConfigNode => ({ ...makeText(at.node, item), via });
  if (definition.type !== 'list') return make(text);
  const items = text.split(',').map((item) => item.trim());
  return { ...makeList(at.node, items.filter((item) => item !== '').map(make)), via };
}

function checkType(value: Cursor, { type = 'string' }: VariableInput, findings: Findings): boolean {
  if ((value.node.kind === 'list') === (type === 'list')) return true;
  const hint = `change the value, or declare  type: ${type === 'list' ? 'string' : 'list'}`;
  const message = `this variable is declared as a ${type === 'list' ? 'list' : 'text'}`;
  findings.error({ code: 'wrong-type', where: value, message, hint });
  return false;
}

function findDefault({ definition, at }: Variable, findings: Findings): ConfigNode | undefined {
  const { default: value, type = 'string' } = definition;
  if (value === undefined) return undefined;
  const where = descend(at, 'default');
  if (Array.isArray(value) !== (type === 'list')) {
    findings.error({
      code: 'wrong-type',
      where,
      message: type === 'list' ? 'the default of a list is a list' : 'the default of a text is a text',
      hint: `change the value, or declare  type: ${type === 'list' ? 'string' : 'list'}`,
    });
    return undefined;
  }
  if ([value].flat().some((text) => hasReference(text))) {
    findings.error({
      code: 'invalid-substitution',
      where,
      message: 'a variable cannot be made of other variables',
      hint: 'put them together where they are used, or write $${ for a literal ${',
    });
    return undefined;
  }
  if (!Array.isArray(value)) return makeText(where.node, unescapeText(value));
  return makeList(
    where.node,
    value.map((item, index) => makeText(descend(where, index).node, unescapeText(item))),
  );
}

function reportMissing({ name, definition, at }: Variable, findings: Findings): void {
  const ways = [
    `--var ${name}=…`,
    '--var-file',
    ...(definition.env === undefined ? [] : [`the environment variable ${definition.env}`]),
    'a default',
  ];
  findings.error({
    code: 'missing-value',
    where: at,
    message: `the variable ${quote(name)} has no value${definition.description === undefined ? '' : ` (${definition.description})`}`,
    hint: `give it with ${ways.slice(0, -1).join(', ')} or ${ways.at(-1)}`,
  });
}

function toText(node: ConfigNode | undefined): string {
  return node?.kind === 'scalar' ? String(node.value) : '';
}

function checkLengths({ name, at }: Variable, items: readonly ConfigNode[], findings: Findings): boolean {
  const long = items.find((item) => toText(item).length > MAX_TEXT_CHARS);
  if (long === undefined) return true;
  const message = `the value of ${quote(name)} has more than ${MAX_TEXT_CHARS} characters`;
  findings.error({ code: 'text-too-long', where: { node: long, path: at.path }, message });
  return false;
}

/** Values are not repeated here: one from the environment may be a secret by mistake. */
function checkPattern({ name, definition, at }: Variable, items: readonly ConfigNode[], findings: Findings): boolean {
  const { pattern } = definition;
  if (pattern === undefined) return true;
  const result = tryPattern(pattern, items.map(toText));
  const where = descend(at, 'pattern');
  const reportValue = (index: number, message: string): void =>
    findings.error({ code: 'pattern-mismatch', where: { node: items[index] ?? at.node, path: at.path }, message });
  switch (result.kind) {
    case 'match':
      return true;
    case 'mismatch':
      reportValue(result.index, `the value of ${quote(name)} does not match /${cleanText(pattern, 200)}/`);
      return false;
    case 'too-long':
      reportValue(result.index, `the value of ${quote(name)} has more than ${MAX_PATTERN_CHARS} characters to match`);
      return false;
    case 'invalid': {
      const message = `this is not a regular expression of at most ${MAX_PATTERN_CHARS} characters`;
      findings.error({ code: 'invalid-pattern', where, message });
      return false;
    }
    default:
      return result satisfies never;
  }
}
