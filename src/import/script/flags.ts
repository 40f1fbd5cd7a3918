import type { ExpandedWord, Piece, Untold } from './expand.ts';

/** The flags of a command: `value` takes the next word, `switch` none. By every name they have, with dashes. */
export type FlagTable = Readonly<Record<string, { readonly name: string; readonly takes: 'value' | 'switch' }>>;

export interface ReadFlags {
  /** By the name in the table, in the order given; switches have no words. */
  readonly flags: ReadonlyMap<string, readonly ExpandedWord[]>;
  readonly rest: readonly ExpandedWord[];
}

/** Pure: flags, wherever they stand, and the other words, as docker reads them. Says which flag is not in the table. */
export function readFlags(words: readonly ExpandedWord[], table: FlagTable): ReadFlags | Untold {
  const flags = new Map<string, ExpandedWord[]>();
  const rest: ExpandedWord[] = [];
  const left = [...words];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const start = readStart(word);
    if (start === '--') return { flags, rest: [...rest, ...left] };
    if (!start.startsWith('-') || start === '-') rest.push(word);
    else {
      const found = splitFlag(word, table);
      if (found === undefined) return { problem: `it has a flag that is not known here: ${start}` };
      const { name, takes } = found.flag;
      const value = found.value ?? (takes === 'value' ? left.shift() : undefined);
      flags.set(name, [...(flags.get(name) ?? []), ...(value === undefined ? [] : [value])]);
    }
  }
  return { flags, rest };
}

/** The text before the first variable. */
export function readStart({ pieces: [first] }: ExpandedWord): string {
  return first?.kind === 'text' ? first.text : '';
}

/** The text of a word without variables, or with the values that they fall back to; undefined when one has none. */
export function readValue({ pieces }: ExpandedWord): string | undefined {
  const texts = pieces.map((piece) => (piece.kind === 'text' ? piece.text : piece.fallback));
  return texts.includes(undefined) ? undefined : texts.join('');
}

interface SplitFlag {
  readonly flag: FlagTable[string];
  readonly value: ExpandedWord | undefined;
}

/** `--flag`, `--flag=value`, `-f`, `-fvalue`. */
function splitFlag(word: ExpandedWord, table: FlagTable): SplitFlag | undefined {
  const start = readStart(word);
  const equals = start.indexOf('=');
  const name = equals < 0 ? start : start.slice(0, equals);
  const flag = Object.hasOwn(table, name) ? table[name] : undefined;
  if (flag !== undefined) {
    const isPlain = word.pieces.length === 1 && equals < 0;
    return { flag, value: isPlain || flag.takes === 'switch' ? undefined : dropStart(word, equals + 1) };
  }
  const short = table[start.slice(0, 2)];
  return short?.takes === 'value' && !start.startsWith('--') ? { flag: short, value: dropStart(word, 2) } : undefined;
}

function dropStart(word: ExpandedWord, count: number): ExpandedWord {
  const [first, ...others] = word.pieces;
  const rest: readonly Piece[] = first?.kind === 'text' ? [{ kind: 'text', text: first.text.slice(count) }] : [];
  return { ...word, pieces: [...rest.filter((piece) => piece.kind !== 'text' || piece.text !== ''), ...others] };
}
