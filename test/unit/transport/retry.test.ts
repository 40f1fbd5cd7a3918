import { describe, expect, it } from 'vitest';
import { DEFAULT_RETRY } from '../../../src/transport/policy.ts';
import {
  computeBackoffMs,
  computeSettleMs,
  isRetryableStatus,
  parseRetryAfterMs,
} from '../../../src/transport/retry.ts';

const NOW = Date.UTC(2026, 9, 21, 7, 28, 0);

describe('Retry-After', () => {
  it.each<[string | undefined, number | undefined]>([
    ['2', 2000],
    ['0', 0],
    [' 1.5 ', 1500],
    ['99999', 99_999_000],
    ['9'.repeat(200), 1e12],
    ['Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
    ['Wednesday, 21-Oct-26 07:28:30 GMT', 30_000],
    ['Wed Oct 21 07:28:30 2026 GMT', 30_000],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 0],
    ['-5', undefined],
    ['soon', undefined],
    ['2026', 2_026_000],
    ['', undefined],
    [undefined, undefined],
  ])('%j asks for %s ms', (value, expected) => {
    expect(parseRetryAfterMs(value, NOW)).toBe(expected);
  });
});

describe('the pause before another try', () => {
  it('doubles its upper bound with each try up to the longest', () => {
    const pauses = [1, 2, 3, 4, 7, 20].map((attempt) => computeBackoffMs(DEFAULT_RETRY, attempt, 1));
    expect(pauses).toEqual([500, 1000, 2000, 4000, 30_000, 30_000]);
  });

  it('may be nothing at all', () => {
    expect(computeBackoffMs(DEFAULT_RETRY, 5, 0)).toBe(0);
  });

  it('to let others finish is never shorter than half of that', () => {
    expect([0, 0.5, 1].map((random) => computeSettleMs(DEFAULT_RETRY, 2, random))).toEqual([500, 750, 1000]);
  });
});

describe('a status', () => {
  it.each([408, 425, 429, 500, 502, 503, 504, 520, 524])('%i may pass', (status) => {
    expect(isRetryableStatus(status)).toBe(true);
  });

  it.each([200, 301, 400, 401, 403, 404, 405, 409, 412, 413, 415, 501])('%i stays', (status) => {
    expect(isRetryableStatus(status)).toBe(false);
  });
});
