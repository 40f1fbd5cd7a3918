import { compareText } from '../oci/text-order.ts';

/**
 * JSON text that depends only on the value: keys sorted by code unit, no white space. What checksums are made over
 * (in the manner of RFC 8785; Plait's documents hold no fractions, so number spelling is no question).
 */
export function toCanonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toCanonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, member]) => `${JSON.stringify(key)}:${toCanonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/** A long list or mapping that is made an entry at a time; the keys of a mapping ascend. */
export class Entries {
  readonly isList: boolean;
  readonly pairs: Iterable<readonly [key: string | number, value: unknown]>;

  constructor(isList: boolean, pairs: Entries['pairs']) {
    this.isList = isList;
    this.pairs = pairs;
  }
}

/**
 * The canonical JSON of a document in pieces, an entry of its lists at a time: the whole text of a large one would be longer
 * than a string can be. Keys in `leftOut` are passed over.
 */
export function* listCanonicalPieces(document: object, leftOut: ReadonlySet<string>): Generator<string, void, void> {
  const keys = Object.keys(document).filter((key) => !leftOut.has(key));
  let separator = '{';
  for (const key of keys.sort()) {
    const value: unknown = Reflect.get(document, key);
    if (value === undefined) continue;
    yield `${separator}${JSON.stringify(key)}:`;
    yield* listValuePieces(value);
    separator = ',';
  }
  yield separator === '{' ? '{}' : '}';
}

function* listValuePieces(value: unknown): Generator<string, void, void> {
  if (value instanceof Entries) yield* listEntries(value);
  else if (Array.isArray(value)) yield* listEntries(new Entries(true, value.entries()));
  else if (typeof value === 'object' && value !== null) yield* listEntries(new Entries(false, listMembers(value)));
  else yield toCanonicalJson(value);
}

function* listMembers(value: object): Generator<readonly [string, unknown], void, void> {
  for (const key of Object.keys(value).sort()) {
    const member: unknown = Reflect.get(value, key);
    if (member !== undefined) yield [key, member];
  }
}

function* listEntries({ isList, pairs }: Entries): Generator<string, void, void> {
  yield isList ? '[' : '{';
  let separator = '';
  for (const [key, value] of pairs) {
    yield `${separator}${isList ? '' : `${JSON.stringify(key)}:`}${toCanonicalJson(value)}`;
    separator = ',';
  }
  yield isList ? ']' : '}';
}
