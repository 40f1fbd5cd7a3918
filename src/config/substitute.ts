import { cleanText } from '../errors/redact.ts';
import type { Budget } from './budget.ts';
import type { Findings } from './findings.ts';
import { MAX_TEXT_CHARS } from './limits.ts';
import { findNearest } from './nearest.ts';
import { type ConfigNode, type Cursor, makeHole, makeList, makeMap, makeText, toPart, type ValuePart } from './node.ts';
import { quote } from './scalar-text.ts';

/** What `${name}` stands for: a scalar with a text or a list of such. A hole is a name whose value is unusable. */
export interface Scope {
  get(name: string): ConfigNode | undefined;
  keys(): Iterable<string>;
}

export interface Substitution {
  readonly scope: Scope;
  readonly findings: Findings;
  readonly budget: Budget;
}

const REFERENCE = /\$\$\{|\$\{([^{}]*)(\}?)/g;
const WHOLE_REFERENCE = /^\$\{([^{}]*)\}$/;

/** True when the text has a `${` that is not written `$${`. */
export function hasReference(text: string): boolean {
  return [...text.matchAll(REFERENCE)].some(([whole]) => whole !== '$${');
}

/** `$${` as the `${` it stands for, in a text without references. */
export function unescapeText(text: string): string {
  return text.replaceAll('$${', '${');
}

/**
 * The node with `${name}` replaced in its texts, keys not included. A text that is nothing else than `${name}` becomes
 * the value itself, a list if that is one. What cannot be made is reported and becomes a hole.
 */
export function substitute({ node, path }: Cursor, substitution: Substitution): ConfigNode {
  switch (node.kind) {
    case 'scalar':
      return typeof node.value === 'string' && node.value.includes('${')
        ? substituteText({ node, path }, node.value, substitution)
        : node;
    case 'list':
      return makeList(
        node,
        node.items.map((item, index) => substitute({ node: item, path: [...path, index] }, substitution)),
      );
    case 'map':
      return makeMap(
        node,
        new Map(
          [...node.entries].map(([key, entry]) => {
            const value = substitute({ node: entry.value, path: [...path, key] }, substitution);
            return [key, { key: entry.key, value }];
          }),
        ),
      );
    case 'hole':
      return node;
    default:
      return node satisfies never;
  }
}

function substituteText(where: Cursor, text: string, substitution: Substitution): ConfigNode {
  const whole = WHOLE_REFERENCE.exec(text)?.[1];
  if (whole !== undefined) {
    const value = findVariable(whole, where, substitution) ?? makeHole(where.node);
    if (!substitution.budget.spendValues(value.weight, where)) return makeHole(where.node);
    return { ...placeAt(where.node, value), parts: [toPart(whole, value)] };
  }
  const parts: ValuePart[] = [];
  const result = fillIn(where, text, { ...substitution, onUse: (part) => parts.push(part) });
  if (result === undefined || !substitution.budget.spendChars(result.length, where)) return makeHole(where.node);
  return { ...makeText(where.node, result), ...(parts.length === 0 ? {} : { parts }) };
}

/** Every reference in the text is looked at, also after a bad one; but nothing is built past the longest bearable text. */
function fillIn(where: Cursor, text: string, substitution: Filling): string | undefined {
  const parts: string[] = [];
  let length = text.length;
  let end = 0;
  let isComplete = true;
  for (const match of text.matchAll(REFERENCE)) {
    const value = resolveReference(where, match, substitution);
    isComplete &&= value !== undefined;
    parts.push(text.slice(end, match.index), value ?? '');
    end = match.index + match[0].length;
    length += value?.length ?? 0;
    if (length > MAX_TEXT_CHARS) return reportLong(where, substitution);
  }
  return isComplete ? parts.join('') + text.slice(end) : undefined;
}

interface Filling extends Substitution {
  readonly onUse: (part: ValuePart) => void;
}

function resolveReference(
  where: Cursor,
  [match, name = '', close = '']: RegExpExecArray,
  substitution: Filling,
): string | undefined {
  if (match === '$${') return '${';
  return close === '' ? reportOpen(where, match, substitution) : findText(name, where, substitution);
}

/** A list keeps the positions of its items, which are where a wrong one must be corrected. */
function placeAt({ file, offset }: ConfigNode, { via: _via, ...value }: ConfigNode): ConfigNode {
  return { ...value, file, offset };
}

function findVariable(name: string, where: Cursor, { scope, findings }: Substitution): ConfigNode | undefined {
  const value = scope.get(name);
  if (value !== undefined) return value;
  const shown = cleanText(name, 80);
  findings.error({
    code: 'unknown-variable',
    where,
    message: `\${${shown}} is not declared`,
    hint: () => describeUnknown(name, findNearest(name, scope.keys())),
  });
  return undefined;
}

function describeUnknown(name: string, nearest: string | undefined): string {
  if (/^[A-Za-z_][A-Za-z0-9_-]*[:?+=-]/.test(name)) return 'a default is given where the variable is declared';
  if (nearest !== undefined) return `did you mean \${${nearest}}?`;
  if (name.startsWith('matrix.')) return 'give it under matrix: axes or rows of the same image';
  return 'declare it under variables: with a default or env, or write $${ for a literal ${';
}

/** The text of a variable inside a longer text; undefined when there is none, and that is reported. */
function findText(name: string, where: Cursor, substitution: Filling): string | undefined {
  const value = findVariable(name, where, substitution);
  if (value?.kind === 'scalar') {
    substitution.onUse(toPart(name, value));
    return String(value.value);
  }
  if (value?.kind === 'list') {
    substitution.findings.error({
      code: 'invalid-substitution',
      where,
      message: `\${${name}} is a list, which cannot stand inside of a text`,
      hint: 'let it stand alone, or use a variable of type string',
    });
  }
  return undefined;
}

function reportOpen(where: Cursor, match: string, { findings }: Substitution): undefined {
  const message = `${quote(match)} has no closing }`;
  findings.error({ code: 'invalid-substitution', where, message, hint: 'close it, or write $${ for a literal ${' });
}

function reportLong(where: Cursor, { findings }: Substitution): undefined {
  const message = `this text has more than ${MAX_TEXT_CHARS} characters after substitution`;
  findings.error({ code: 'text-too-long', where, message });
}
