import { describe, expect, it } from 'vitest';
import { compileGlob } from '../../../src/config/glob.ts';
import { parseTagPattern } from '../../../src/config/tag-pattern.ts';

describe('a glob', () => {
  it.each([
    ['ghcr.io/acme/**', 'ghcr.io/acme/a', true],
    ['ghcr.io/acme/**', 'ghcr.io/acme/a/b', true],
    ['ghcr.io/acme/**', 'ghcr.io/acme', false],
    ['ghcr.io/acme/*', 'ghcr.io/acme/a/b', false],
    ['ghcr.io/*/x', 'ghcr.io/a/x', true],
    ['**', 'a/b', true],
    ['pr-?', 'pr-1', true],
    ['pr-[0-9]', 'pr-a', false],
    ['{a,b}-*', 'b-1', true],
    ['1.8', '1.8', true],
    ['1.8', '108', false],
    ['!a', 'b', false],
    ['+(a)', 'aa', false],
    ['*', '.a', true],
  ])('%s and %s: %s', (glob, text, expected) => {
    expect(compileGlob(glob)?.(text)).toBe(expected);
  });

  it.each(['', '{', 'a{b', 'a'.repeat(1025)])('is none: %s', (text) => {
    expect(compileGlob(text)).toBeUndefined();
  });

  it('is given up on when it takes too long', () => {
    const matches = compileGlob('*a*a*a*a*a*a*a*a*a*a*a*b');

    expect(() => matches?.('a'.repeat(100))).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});

describe('a pattern over tags', () => {
  it.each([
    ['re:^v?\\d+$', 'v12', true],
    ['re:^v?\\d+$', 'v1.2', false],
    ['re:rc', '1.0-rc1', true],
    ['v*', 'v1', true],
    ['re*', 're1', true],
  ])('%s and %s: %s', (text, tag, expected) => {
    const pattern = parseTagPattern(text);

    expect(pattern?.matches(tag)).toBe(expected);
    expect(pattern?.text).toBe(text);
  });

  it.each(['re:(', 're:(?=a)', 're:(a)\\1', 're:[z-a]', 're:\\', 're:(?<n', '{', ''])('is none: %s', (text) => {
    expect(parseTagPattern(text)).toBeUndefined();
  });

  it('takes no more time than the text is long', () => {
    const pattern = parseTagPattern('re:^(a+)+$');

    expect(pattern?.matches(`${'a'.repeat(1000)}!`)).toBe(false);
  });
});
