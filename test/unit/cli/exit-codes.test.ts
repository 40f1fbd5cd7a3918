import { describe, expect, it } from 'vitest';
import { EXIT_CODES, exitCodeOf, strongest } from '../../../src/cli/exit-codes.ts';

describe('the exit code', () => {
  it('is the strongest of those that hold', () => {
    const { ok, error, changes, blocked, stale, partial, usage, interrupted } = EXIT_CODES;
    const ranked = [interrupted, usage, partial, error, stale, blocked, changes, ok];
    const strongestOfEachTail = ranked.map((_code, position) => strongest(ranked.slice(position).reverse()));

    expect(strongestOfEachTail).toEqual([130, 64, 5, 1, 4, 3, 2, 0]);
  });

  it('is 0 when none holds', () => {
    expect(strongest([])).toBe(0);
  });

  it.each([
    ['USAGE', 64],
    ['CONFIG_INVALID', 64],
    ['CONFIG_NOT_FOUND', 64],
    ['INTERRUPTED', 130],
    ['REGISTRY_ERROR', 1],
    ['INTERNAL', 1],
  ] as const)('for %s is %i', (code, exitCode) => {
    expect(exitCodeOf(code)).toBe(exitCode);
  });
});
