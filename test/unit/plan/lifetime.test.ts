import { describe, expect, it } from 'vitest';
import { toPlanDocument } from '../../../src/plan/document.ts';
import { assertCurrent, parseLifetime } from '../../../src/plan/lifetime.ts';
import { makePlan } from '../../../src/plan/make-plan.ts';
import { planInput } from '../../support/states.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CREATED = Date.UTC(2026, 8, 1, 2);

describe('the age that a plan may reach', () => {
  it.each([
    ['1m', 60_000],
    ['30m', 30 * 60_000],
    ['24h', DAY_MS],
    ['7d', 7 * DAY_MS],
    ['2w', 14 * DAY_MS],
    ['90d', 90 * DAY_MS],
  ])('is read from %s', (text, ms) => {
    expect(parseLifetime(text)).toBe(ms);
  });

  it.each(['', '0m', '0d', '7', 'd', '-1d', '1.5h', '91d', '13w', '9999999h', '7 d', '7D', '1y', '30s', 'P7D', '٧d'])(
    'is not %j',
    (text) => {
      expect(() => parseLifetime(text)).toThrow(
        expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('24h') }),
      );
    },
  );
});

describe('a plan document', () => {
  const facts = { version: '1.0.0', createdAt: CREATED, configSha256: 'c', gitCommit: null, requests: {} };
  const make = (lifetimeMs?: number) =>
    toPlanDocument(makePlan(planInput([])), { ...facts, ...(lifetimeMs === undefined ? {} : { lifetimeMs }) });

  it('is good for a week, or as long as was asked for', () => {
    expect(make()).toMatchObject({ createdAt: '2026-09-01T02:00:00Z', expiresAt: '2026-09-08T02:00:00Z' });
    expect(make(2 * HOUR_MS).expiresAt).toBe('2026-09-01T04:00:00Z');
    expect(make(2 * HOUR_MS).checksum).toBe(make().checksum);
  });

  it.each([
    ['from the moment it was made', CREATED],
    ['to its last second', CREATED + 7 * DAY_MS],
    ['by a clock that is a little behind', CREATED - HOUR_MS],
  ])('is good %s', (_when, now) => {
    expect(() => assertCurrent(make(), now)).not.toThrow();
  });

  it.each([
    ['past its time', CREATED + 7 * DAY_MS + 1, 'PLAN_EXPIRED'],
    ['by a clock that is far ahead', CREATED + 365 * DAY_MS, 'PLAN_EXPIRED'],
    ['by a clock that is far behind', CREATED - HOUR_MS - 1, 'PLAN_CLOCK'],
    ['by a clock that was never set', 0, 'PLAN_CLOCK'],
  ])('is not good %s', (_when, now, code) => {
    expect(() => assertCurrent(make(), now)).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    ['that end before they begin', '2026-09-01T02:00:00Z', '2026-09-01T02:00:00Z'],
    ['that no plan is given', '2026-09-01T02:00:00Z', '2027-09-01T02:00:00Z'],
  ])('is not good with times %s', (_what, createdAt, expiresAt) => {
    expect(() => assertCurrent({ ...make(), createdAt, expiresAt }, CREATED)).toThrow(
      expect.objectContaining({ code: 'PLAN_INVALID' }),
    );
  });
});
