import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listCanonicalPieces, toCanonicalJson } from '../../../src/plan/canonical-json.ts';

const NOTHING: ReadonlySet<string> = new Set();

describe('canonical JSON in pieces', () => {
  it('is the canonical JSON of the whole', () => {
    const anything = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(anything, (document) => {
        expect([...listCanonicalPieces(document, NOTHING)].join('')).toBe(toCanonicalJson(document));
      }),
    );
  });

  it('passes over what is left out and what is undefined', () => {
    const document = { b: 1, a: [{ d: 1, c: undefined }], checksum: 'x', nothing: undefined, e: { f: undefined } };
    const text = [...listCanonicalPieces(document, new Set(['checksum']))].join('');
    expect(text).toBe('{"a":[{"d":1}],"b":1,"e":{}}');
  });
});
