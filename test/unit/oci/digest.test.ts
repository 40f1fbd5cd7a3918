import { describe, expect, it } from 'vitest';
import {
  computeDigest,
  createVerifier,
  findAlgorithm,
  isDigest,
  matchesDigest,
  parseDigest,
  shortDigest,
} from '../../../src/oci/digest.ts';

const EMPTY_SHA256 = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const hello = new TextEncoder().encode('hello');

describe('a digest', () => {
  it.each([
    ['sha256', 'a'.repeat(64)],
    ['sha384', 'b'.repeat(96)],
    ['sha512', 'c'.repeat(128)],
    ['blake3', 'd'.repeat(64)],
    ['multihash+base58', 'QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8'],
    ['sha256+b64u', 'LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564='],
  ])('of algorithm %s is accepted', (algorithm, value) => {
    expect(parseDigest(`${algorithm}:${value}`)).toBe(`${algorithm}:${value}`);
  });

  it.each([
    ['empty text', ''],
    ['a value without an algorithm', 'a'.repeat(64)],
    ['an algorithm without a value', 'sha256:'],
    ['a value without a name', `:${'a'.repeat(64)}`],
    ['a sha256 value that is too short', `sha256:${'a'.repeat(63)}`],
    ['a sha256 value that is too long', `sha256:${'a'.repeat(65)}`],
    ['a sha256 value in upper case', `sha256:${'A'.repeat(64)}`],
    ['a sha256 value that is not hexadecimal', `sha256:${'g'.repeat(64)}`],
    ['a sha384 value of the length of sha512', `sha384:${'a'.repeat(128)}`],
    ['a sha512 value of the length of sha256', `sha512:${'a'.repeat(64)}`],
    ['an algorithm in upper case', `SHA256:${'a'.repeat(64)}`],
    ['a path', `sha256:../../${'a'.repeat(58)}`],
    ['a slash', `sha256:${'a'.repeat(63)}/`],
    ['a line end after the value', `sha256:${'a'.repeat(64)}\n`],
    ['white space before the algorithm', ` sha256:${'a'.repeat(64)}`],
    ['two colons', `sha256:${'a'.repeat(32)}:${'a'.repeat(31)}`],
    ['an unknown algorithm with 64 KiB of value', `blake9:${'a'.repeat(65_536)}`],
    ['64 KiB of separators', 'a+'.repeat(32_768)],
  ])('is not %s', (_what, text) => {
    expect(isDigest(text)).toBe(false);
    expect(() => parseDigest(text)).toThrow(expect.objectContaining({ code: 'DIGEST_INVALID' }));
  });

  it('is refused without its control characters in the error', () => {
    expect(() => parseDigest('sha256:\u001b[31m')).toThrow(/^[ -~]+$/);
  });

  it('is shown to people by the first seven characters of its value', () => {
    expect(shortDigest(parseDigest(EMPTY_SHA256))).toBe('e3b0c44');
  });
});

describe('verification', () => {
  it('knows the digest of nothing', () => {
    expect(computeDigest(new Uint8Array())).toBe(EMPTY_SHA256);
  });

  it.each(['sha256', 'sha384', 'sha512'] as const)('tells %s content from other content', (algorithm) => {
    const digest = computeDigest(hello, algorithm);
    expect(parseDigest(digest)).toBe(digest);
    expect(matchesDigest(hello, digest)).toBe(true);
    expect(matchesDigest(new TextEncoder().encode('hellO'), digest)).toBe(false);
  });

  it('takes the content in pieces', () => {
    const verifier = createVerifier(computeDigest(hello));
    verifier.update(hello.subarray(0, 2));
    verifier.update(hello.subarray(2));
    expect(verifier.matches()).toBe(true);
  });

  it('refuses to trust content of an algorithm it cannot compute', () => {
    const digest = parseDigest(`blake3:${'a'.repeat(64)}`);
    expect(findAlgorithm(digest)).toBeUndefined();
    expect(() => matchesDigest(hello, digest)).toThrow(expect.objectContaining({ code: 'DIGEST_INVALID' }));
  });
});
