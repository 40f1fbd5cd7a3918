import type { ShellWord, WordPart } from './shell-token.ts';
import type { Binding, Bindings } from './variables.ts';

/** A word of a command as far as it is known: texts, and variables that the environment gives. */
export interface ExpandedWord {
  readonly pieces: readonly Piece[];
  readonly line: number;
}

export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  /** `fallback`: its value when nobody gives one. */
  | { readonly kind: 'variable'; readonly name: string; readonly fallback: string | undefined };

/** Why a word cannot be told. */
export interface Untold {
  readonly problem: string;
}

const MAX_DEPTH = 10;

/** Pure: the words that the shell makes of one, none or several; or why that cannot be told. */
export function expandWord({ parts, line }: ShellWord, bindings: Bindings): readonly ExpandedWord[] | Untold {
  const lists = expandBraces(parts, bindings).map((each) => expandParts(each, { bindings, depth: 0 }));
  const words: ExpandedWord[] = [];
  for (const list of lists) {
    if ('problem' in list) return list;
    for (const word of splitWords(list, line)) words.push(word);
  }
  return words;
}

/** Pieces, and where an unquoted blank ends the word. */
type Loose = Piece | { readonly kind: 'blank' };

interface Expansion {
  readonly bindings: Bindings;
  readonly depth: number;
}

function expandParts(parts: readonly WordPart[], expansion: Expansion): readonly Loose[] | Untold {
  const pieces: Loose[] = [];
  for (const part of parts) {
    if (part.kind === 'unknown') return { problem: `it depends on ${part.what}` };
    if (part.kind === 'text') {
      expansion.bindings.spend(part.text);
      pieces.push({ kind: 'text', text: part.text });
    } else {
      const value = expandVariable(part, expansion);
      if ('problem' in value) return value;
      for (const piece of part.isQuoted ? joinBlanks(value) : value) pieces.push(piece);
    }
  }
  return pieces;
}

type VariablePart = Extract<WordPart, { kind: 'variable' }>;

function expandVariable(part: VariablePart, { bindings, depth }: Expansion): readonly Loose[] | Untold {
  const { name } = part;
  bindings.spend(name);
  const binding = bindings.get(name);
  if (depth > MAX_DEPTH) return { problem: `$${name} is made of itself` };
  const inner = { bindings, depth: depth + 1 };
  if (binding?.kind === 'item') {
    bindings.spend(binding.text);
    return [{ kind: 'text', text: binding.text }];
  }
  if (binding?.kind === 'value') return writeOut(name, expandParts(binding.parts, inner));
  return expandFallback(name, binding === undefined ? part.fallback : findFallback(binding), inner);
}

function findFallback(binding: Binding): readonly WordPart[] | undefined {
  return binding.kind === 'environment' ? binding.fallback : undefined;
}

/** What the environment may give, and what it is else. */
function expandFallback(
  name: string,
  fallback: readonly WordPart[] | undefined,
  expansion: Expansion,
): readonly Loose[] | Untold {
  if (fallback === undefined) return [{ kind: 'variable', name, fallback: undefined }];
  const value = expandParts(fallback, expansion);
  if ('problem' in value) return [{ kind: 'variable', name, fallback: undefined }];
  const text = readText(value);
  if (text === undefined || text === '') return value;
  return /\s/.test(text) ? splitText(text) : [{ kind: 'variable', name, fallback: text }];
}

/** A plain value stays a variable of the config; one that is a list, a name or made of others is written out. */
function writeOut(name: string, value: readonly Loose[] | Untold): readonly Loose[] | Untold {
  if ('problem' in value) return value;
  const text = readText(value);
  if (text === undefined || text === '') return value;
  if (/\s/.test(text)) return splitText(text);
  return /[/:@]/.test(text) ? [{ kind: 'text', text }] : [{ kind: 'variable', name, fallback: text }];
}

function readText(pieces: readonly Loose[]): string | undefined {
  return pieces.every((piece) => piece.kind === 'text') ? pieces.map((piece) => piece.text).join('') : undefined;
}

function splitText(text: string): readonly Loose[] {
  const words = text.split(/(\s+)/).filter((word) => word !== '');
  return words.map((word): Loose => (/^\s/.test(word) ? { kind: 'blank' } : { kind: 'text', text: word }));
}

function joinBlanks(pieces: readonly Loose[]): readonly Loose[] {
  return pieces.map((piece): Loose => (piece.kind === 'blank' ? { kind: 'text', text: ' ' } : piece));
}

function splitWords(pieces: readonly Loose[], line: number): readonly ExpandedWord[] {
  const words: Piece[][] = [[]];
  for (const piece of pieces) {
    if (piece.kind === 'blank') words.push([]);
    else words.at(-1)?.push(piece);
  }
  return words.filter((word) => word.length > 0).map((word) => ({ pieces: word, line }));
}

/** `name-{amd64,arm64}` as the two words that it stands for. */
function expandBraces(parts: readonly WordPart[], bindings: Bindings): readonly (readonly WordPart[])[] {
  for (const [index, part] of parts.entries()) {
    if (part.kind !== 'text' || part.isQuoted) continue;
    const [braces] = [...part.text.matchAll(/\{([^{}]*)\}/g)].filter(([, inside = '']) => inside.includes(','));
    if (braces === undefined) continue;
    const [whole, inside = ''] = braces;
    const choices = inside.split(',').map((choice) => {
      const text = part.text.slice(0, braces.index) + choice + part.text.slice(braces.index + whole.length);
      bindings.spend(text);
      return [...parts.slice(0, index), { ...part, text }, ...parts.slice(index + 1)];
    });
    return choices.flatMap((choice) => expandBraces(choice, bindings));
  }
  return [parts];
}
