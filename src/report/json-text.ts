import { Entries } from '../plan/canonical-json.ts';
import { openLists } from '../plan/document.ts';

/**
 * A document as `JSON.stringify(document, null, 2)` and a line end have it, in pieces of one entry of its lists each: the
 * whole text of a large one would be longer than a string can be.
 */
export function* listJsonPieces(document: object): Generator<string, void, void> {
  let separator = '{\n  ';
  for (const [key, value] of Object.entries(openLists(document))) {
    if (value === undefined) continue;
    yield `${separator}${JSON.stringify(key)}: `;
    yield* listValuePieces(value);
    separator = ',\n  ';
  }
  yield separator.startsWith('{') ? '{}\n' : '\n}\n';
}

function* listValuePieces(value: unknown): Generator<string, void, void> {
  if (value instanceof Entries) yield* listEntries(value);
  else if (Array.isArray(value)) yield* listEntries(new Entries(true, value.entries()));
  else if (typeof value === 'object' && value !== null) {
    yield* listEntries(
      new Entries(
        false,
        Object.entries(value).filter(([, member]) => member !== undefined),
      ),
    );
  } else yield indent(value, 2);
}

function* listEntries({ isList, pairs }: Entries): Generator<string, void, void> {
  const [open, close] = isList ? '[]' : '{}';
  let isEmpty = true;
  for (const [key, value] of pairs) {
    const name = isList ? '' : `${JSON.stringify(key)}: `;
    yield `${isEmpty ? open : ','}\n    ${name}${indent(value, 4)}`;
    isEmpty = false;
  }
  yield isEmpty ? `${open}${close}` : `\n  ${close}`;
}

/** A line end in the text of a value is never part of a string: JSON escapes those. */
function indent(value: unknown, depth: number): string {
  return (JSON.stringify(value, null, 2) ?? 'null').replaceAll('\n', `\n${' '.repeat(depth)}`);
}
