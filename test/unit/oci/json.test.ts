import { describe, expect, it } from 'vitest';
import { parseStrictJson } from '../../../src/oci/json.ts';

const encoder = new TextEncoder();
const INVALID = expect.objectContaining({ code: 'MANIFEST_INVALID' });

function parse(text: string): unknown {
  return parseStrictJson(encoder.encode(text));
}

describe('strict JSON', () => {
  it.each([
    ['{}', {}],
    ['[]', []],
    [' \n\t\r[1, "a", null, true, -1.5e3]\n', [1, 'a', null, true, -1500]],
    [
      '{"a":{"a":[{"a":1},{"a":2}]},"b":"{\\"a\\":1,\\"a\\":2}"}',
      { a: { a: [{ a: 1 }, { a: 2 }] }, b: '{"a":1,"a":2}' },
    ],
    ['{"a":"\\\\","b":"x\\"y:z"}', { a: '\\', b: 'x"y:z' }],
    ['{"\\u0061":1,"A":2}', { a: 1, A: 2 }],
    ['"text"', 'text'],
    ['{"ü😀":"\\ud83d\\ude00"}', { 'ü😀': '😀' }],
  ])('is read: %s', (text, value) => {
    expect(parse(text)).toEqual(value);
  });

  it.each([
    ['nothing', ''],
    ['white space', '  '],
    ['an open object', '{"a":1'],
    ['an open string', '{"a":"'],
    ['a string that ends in a backslash', '"\\'],
    ['a comma at the end', '{"a":1,}'],
    ['a comment', '{"a":1}//'],
    ['two documents', '{}{}'],
    ['single quotes', "{'a':1}"],
    ['a key without quotes', '{a:1}'],
    ['a number with a leading zero', '[01]'],
    ['NaN', '[NaN]'],
    ['a raw line end in a string', '["a\nb"]'],
    ['an unknown escape', '["\\x41"]'],
    ['closing brackets', ']]}}'],
    ['a NUL', '\u0000'],
    ['a byte order mark', '\ufeff{}'],
  ])('is not %s', (_what, text) => {
    expect(() => parse(text)).toThrow(INVALID);
  });

  it.each([
    ['at the top', '{"a":1,"b":2,"a":3}'],
    ['inside', '{"x":[{"y":{"a":1,"a":1}}]}'],
    ['after another object', '{"a":{"b":1},"a":2}'],
    ['in another spelling', '{"mediaType":1,"m\\u0065diaType":2}'],
    ['with an escaped quote', '{"a\\"b":1,"a\\u0022b":2}'],
    ['that are empty', '{"":1,"":2}'],
    ['named __proto__', '{"__proto__":1,"__proto__":2}'],
    ['that Go would read as one', '{"\\ud800":1,"\\udfff":2}'],
  ])('has no key twice, %s', (_where, text) => {
    expect(() => parse(text)).toThrow(INVALID);
  });

  it.each([
    ['an overlong encoding', [0x22, 0xc0, 0xaf, 0x22]],
    ['a lone continuation byte', [0x22, 0x80, 0x22]],
    ['a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a sequence that is cut off', [0x22, 0xe2, 0x82, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
  ])('is not %s', (_what, bytes) => {
    expect(() => parseStrictJson(Uint8Array.from(bytes))).toThrow(INVALID);
  });

  it('is at most 64 levels deep', () => {
    expect(() => parse('['.repeat(64) + ']'.repeat(64))).not.toThrow();
    expect(() => parse('['.repeat(65) + ']'.repeat(65))).toThrow(INVALID);
    expect(() => parse('{"a":'.repeat(65))).toThrow(INVALID);
  });

  it('does not overflow the stack on a million levels', () => {
    expect(() => parse('['.repeat(1_000_000))).toThrow(INVALID);
  });

  it('gives objects without a prototype', () => {
    const value = parse('{"__proto__":{"polluted":true},"constructor":1,"list":[{}]}') as Record<string, unknown>;
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor', 'list']);
    expect(Object.getPrototypeOf((value.list as unknown[])[0])).toBeNull();
    expect('toString' in value).toBe(false);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('speaks of the document and with the code it is told', () => {
    const limits = { what: 'the answer of the token server', code: 'REGISTRY_PROTOCOL', maxBytes: 5 } as const;
    expect(() => parseStrictJson(encoder.encode('{'), limits)).toThrow(
      expect.objectContaining({
        code: 'REGISTRY_PROTOCOL',
        message: expect.stringMatching(/^the answer of the token server/),
      }),
    );
    expect(() => parseStrictJson(encoder.encode('{    }'), limits)).toThrow(
      expect.objectContaining({ code: 'MANIFEST_TOO_LARGE' }),
    );
  });
});
