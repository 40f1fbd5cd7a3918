/**
 * A document as `JSON.stringify(document, null, 2)` and a line end have it, in pieces of one entry of its lists each: the
 * whole text of a large one would be longer than a string can be.
 */
export function* listJsonPieces(document: object): Generator<string, void, void> {
  let separator = '{\n  ';
  for (const key of Object.keys(document)) {
    const value: unknown = Reflect.get(document, key);
    if (value === undefined) continue;
    yield `${separator}${JSON.stringify(key)}: `;
    yield* listValuePieces(value);
    separator = ',\n  ';
  }
  yield separator.startsWith('{') ? '{}\n' : '\n}\n';
}

function* listValuePieces(value: unknown): Generator<string, void, void> {
  if (Array.isArray(value))
    yield* listEntries(
      value.map((item: unknown) => ['', item] as const),
      '[]',
    );
  else if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    yield* listEntries(
      members.map(([key, member]) => [`${JSON.stringify(key)}: `, member] as const),
      '{}',
    );
  } else yield indent(value, 2);
}

function* listEntries(
  entries: readonly (readonly [name: string, value: unknown])[],
  brackets: '[]' | '{}',
): Generator<string, void, void> {
  const [open = '', close = ''] = brackets;
  let separator = `${open}\n    `;
  for (const [name, value] of entries) {
    yield `${separator}${name}${indent(value, 4)}`;
    separator = ',\n    ';
  }
  yield entries.length === 0 ? brackets : `\n  ${close}`;
}

/** A line end in the text of a value is never part of a string: JSON escapes those. */
function indent(value: unknown, depth: number): string {
  return (JSON.stringify(value, null, 2) ?? 'null').replaceAll('\n', `\n${' '.repeat(depth)}`);
}
