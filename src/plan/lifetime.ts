import { PlaitError } from '../errors/plait-error.ts';
import type { PlanDocument } from './plan-document.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const UNITS: ReadonlyMap<string, number> = new Map([
  ['m', MINUTE_MS],
  ['h', 60 * MINUTE_MS],
  ['d', DAY_MS],
  ['w', 7 * DAY_MS],
]);

/** How long a plan is good when nobody says otherwise. */
export const DEFAULT_LIFETIME_MS = 7 * DAY_MS;

const MAX_DAYS = 90;

/** Clocks of two machines may differ by so much. */
const CLOCK_SKEW_MS = 60 * MINUTE_MS;

/** How long a plan is to be good: `30m`, `24h`, `7d`, `2w`. Milliseconds. Throws USAGE, also below a minute and past 90 days. */
export function parseLifetime(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  const ms = Number(count) * (UNITS.get(unit) ?? Number.NaN);
  if (ms >= MINUTE_MS && ms <= MAX_DAYS * DAY_MS) return ms;
  throw new PlaitError('USAGE', `--max-age ${text}: not an age from 1m to ${MAX_DAYS}d`, {
    hint: 'write a whole number of minutes, hours, days or weeks: 30m, 24h, 7d, 2w',
  });
}

/**
 * Pure: throws unless `document` is good at `now`, milliseconds of the wall clock: PLAN_EXPIRED after its time, PLAN_CLOCK
 * when it was made in the future, PLAN_INVALID for times that no plan is given.
 */
export function assertCurrent({ createdAt, expiresAt }: PlanDocument, now: number): void {
  const [created, expires] = [Date.parse(createdAt), Date.parse(expiresAt)];
  if (now > expires) {
    throw new PlaitError('PLAN_EXPIRED', `the plan was good until ${expiresAt}`, { hint: 'plan again' });
  }
  if (expires <= created || expires - created > MAX_DAYS * DAY_MS) {
    throw new PlaitError('PLAN_INVALID', `the plan is said to be good from ${createdAt} to ${expiresAt}`, {
      hint: `no plan is good for more than ${MAX_DAYS} days; plan again`,
    });
  }
  if (now < created - CLOCK_SKEW_MS) {
    throw new PlaitError('PLAN_CLOCK', `the plan was made at ${createdAt}, and here it is ${toTime(now)}`, {
      hint: 'one of the two clocks is wrong: set it right, so that a plan that is too old can be told from one that is not',
    });
  }
}

/** A point of the wall clock as documents have it: UTC, to the second. */
export function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
