/**
 * JSON text that depends only on the value: keys sorted by code unit, no white space. What checksums are made over
 * (in the manner of RFC 8785; Plait's documents hold no fractions, so number spelling is no question).
 */
export function toCanonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toCanonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([key, member]) => `${JSON.stringify(key)}:${toCanonicalJson(member)}`);
  return `{${members.join(',')}}`;
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
  if (!Array.isArray(value)) {
    if (typeof value === 'object' && value !== null) yield* listCanonicalMembers(value);
    else yield toCanonicalJson(value);
    return;
  }
  yield '[';
  for (const [position, item] of value.entries()) yield `${position === 0 ? '' : ','}${toCanonicalJson(item)}`;
  yield ']';
}

function* listCanonicalMembers(value: object): Generator<string, void, void> {
  let separator = '{';
  for (const key of Object.keys(value).sort()) {
    const member: unknown = Reflect.get(value, key);
    if (member === undefined) continue;
    yield `${separator}${JSON.stringify(key)}:${toCanonicalJson(member)}`;
    separator = ',';
  }
  yield separator === '{' ? '{}' : '}';
}
