import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listJsonPieces } from '../../../src/report/json-text.ts';
import { richReport } from '../../support/rich-plan.ts';

const write = (document: object) => [...listJsonPieces(document)].join('');

describe('a document in pieces', () => {
  it('is the text that JSON.stringify makes of it', () => {
    const document = richReport().document;
    expect(write(document)).toBe(`${JSON.stringify(document, null, 2)}\n`);
  });

  it('is that text for any document', () => {
    const anything = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(anything, (document) => {
        expect(write(document)).toBe(`${JSON.stringify(document, null, 2)}\n`);
      }),
    );
  });

  it('has a piece for every entry of a list, so that no piece grows with the document', () => {
    const sizes = (count: number) => {
      const changes = Array.from({ length: count }, (_, id) => ({ id: String(id).padStart(9) }));
      return [...listJsonPieces({ changes })].map((piece) => piece.length);
    };
    expect(Math.max(...sizes(1000))).toBe(Math.max(...sizes(10)));
  });

  it('leaves out what is undefined, and keeps empty lists', () => {
    const document = { a: undefined, b: [], c: {}, d: { e: undefined }, f: [undefined] };
    expect(write(document)).toBe(`${JSON.stringify(document, null, 2)}\n`);
  });
});
