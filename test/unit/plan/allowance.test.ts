import { describe, expect, it } from 'vitest';
import { findAllowance, formatAllowance, parseAllowance } from '../../../src/plan/allowance.ts';

describe('an allowance', () => {
  it('is read and written in the same form', () => {
    const text = 'platform-removal=ghcr.io/acme/api:*';

    expect(formatAllowance(parseAllowance(text))).toBe(`--allow ${text}`);
  });

  it.each(['platform-removal', 'platform-removal=', '=x', 'everything=**', ''])('is not %j', (text) => {
    expect(() => parseAllowance(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it.each([
    ['ghcr.io/acme/api:1.8', true],
    ['ghcr.io/acme/web:1.8', true],
    ['ghcr.io/acme/deep/web:1.8', false],
    ['docker.io/acme/api:1.8', false],
  ])('for ghcr.io/acme/*:1.8 covers %s: %s', (reference, covers) => {
    const allowance = parseAllowance('platform-removal=ghcr.io/acme/*:1.8');

    expect(findAllowance([allowance], 'platform-removal', reference) !== undefined).toBe(covers);
  });

  it('covers a reference that is written out, brackets and all', () => {
    const allowance = parseAllowance('platform-removal=[::1]:5000/app:1');

    expect(findAllowance([allowance], 'platform-removal', '[::1]:5000/app:1')).toBe(allowance);
  });
});
