import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isPlaitError } from '../../src/errors/plait-error.ts';
import { isJsonObject, parseStrictJson } from '../../src/oci/json.ts';
import { splitStrictJson } from '../../src/oci/json-entries.ts';

const LONG = new Set(['a', 'b']);
const LIMITS = { maxDepth: 5 };

const values = fc.jsonValue({ maxDepth: 3 });
const documents = fc.record(
  {
    a: fc.oneof(fc.array(values), values),
    b: fc.oneof(fc.dictionary(fc.string(), values), values),
    c: values,
  },
  { requiredKeys: [] },
);

interface Edit {
  readonly at: number;
  readonly removed: number;
  readonly added: string;
}

const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record({
    at: fc.nat(200),
    removed: fc.nat(2),
    added: fc.constantFrom('', '{', '}', '[', ']', ',', ':', '"', '\\', ' ', '1', '"a":', '"b":{', '"c"', 'null', '\n'),
  }),
  { maxLength: 3 },
);

function applyEdits(text: string, list: readonly Edit[]): string {
  return list.reduce((edited, { at, removed, added }) => {
    const start = edited.length === 0 ? 0 : at % edited.length;
    return edited.slice(0, start) + added + edited.slice(start + removed);
  }, text);
}

/** What a reading of the text comes to, as text; undefined when it is refused. */
function attempt(read: () => unknown): string | undefined {
  try {
    return JSON.stringify(read(), sortKeys);
  } catch (error) {
    if (isPlaitError(error)) return undefined;
    throw error;
  }
}

function sortKeys(_key: string, value: unknown): unknown {
  return isJsonObject(value) ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)) : value;
}

/** Entry by entry, and put together again. */
function readInPieces(bytes: Uint8Array): unknown {
  const { outline, entries } = splitStrictJson(bytes, LONG, LIMITS);
  if (!isJsonObject(outline)) return outline;
  const members = Object.entries(outline).map(([key, value]) => {
    const found = [...entries(key)];
    if (found.length === 0) return [key, value] as const;
    return [key, Array.isArray(value) ? found.map(([, item]) => item) : Object.fromEntries(found)] as const;
  });
  return Object.fromEntries(members);
}

it('a document that is read an entry at a time says what it says as a whole, or is refused as it is', () => {
  fc.assert(
    fc.property(documents, edits, fc.constantFrom(undefined, 1), (document, list, space) => {
      const bytes = new TextEncoder().encode(applyEdits(JSON.stringify(document, null, space), list));
      const whole = attempt(() => parseStrictJson(bytes, LIMITS));
      expect(attempt(() => readInPieces(bytes))).toBe(whole);
    }),
    { numRuns: 4_000 },
  );
});
