import type { RetryPolicy } from './policy.ts';

const RETRYABLE: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524]);

/** Longer pauses are all the same: too long. Keeps the end of a pause a valid date. */
const MAX_PAUSE_MS = 1e12;

/** True for an answer that may be another one a little later. */
export function isRetryableStatus(status: number): boolean {
  return RETRYABLE.has(status);
}

/** True for an answer that says the request was turned away unread. */
export function isTurnedAway(status: number): boolean {
  return status === 429 || status === 425;
}

/** Full jitter: anything up to the bound, which doubles with each try. `attempt` counts from 1; `random` is in [0, 1). */
export function computeBackoffMs(policy: RetryPolicy, attempt: number, random: number): number {
  return random * Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1));
}

/** How long to leave others the time to finish what they have begun: never less than half of the bound of that try. */
export function computeSettleMs(policy: RetryPolicy, attempt: number, random: number): number {
  return computeBackoffMs(policy, attempt, (1 + random) / 2);
}

/**
 * The pause a Retry-After header asks for, milliseconds; undefined when there is none or it cannot be read.
 * Seconds or an HTTP date (RFC 9110 10.2.3); a date that has passed is no pause.
 */
export function parseRetryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d{1,300}(\.\d{1,9})?$/.test(text)) return Math.min(MAX_PAUSE_MS, Math.ceil(Number(text) * 1000));
  if (!/^[A-Za-z]{3,9},? /.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.min(MAX_PAUSE_MS, Math.max(0, at - nowMs));
}
