import { findHeader, type ResponseHeaders } from './message.ts';

/** When the headers say that no pulls are left and nothing about when there will be. */
const UNKNOWN_PAUSE_MS = 60_000;
/** From here on `ratelimit-reset` is a date, as some servers have it, and not a number of seconds. */
const DATE_FROM_S = 1_000_000_000;

/**
 * How long to hold back pulls, milliseconds, by the headers of an answer; undefined while some are left. Docker Hub
 * writes `ratelimit-limit: 100;w=21600` and `ratelimit-remaining: 0;w=21600`, and gives one pull back in each hundredth
 * of the window; others name the time in `ratelimit-reset`. Figures are read and never assumed: they changed often.
 */
export function parsePullPauseMs(headers: ResponseHeaders, nowMs: number): number | undefined {
  const remaining = parseQuota(headers, 'ratelimit-remaining');
  if (remaining === undefined || remaining.count > 0) return undefined;
  const reset = parseQuota(headers, 'ratelimit-reset')?.count;
  if (reset !== undefined) return reset >= DATE_FROM_S ? Math.max(0, reset * 1000 - nowMs) : reset * 1000;
  const limit = parseQuota(headers, 'ratelimit-limit');
  const windowS = remaining.windowS ?? limit?.windowS;
  if (windowS === undefined || limit === undefined || limit.count === 0) return UNKNOWN_PAUSE_MS;
  return Math.ceil((windowS * 1000) / limit.count);
}

interface Quota {
  readonly count: number;
  readonly windowS: number | undefined;
}

function parseQuota(headers: ResponseHeaders, name: string): Quota | undefined {
  const match = /^\s*(\d{1,12})(?:\s*;\s*w=(\d{1,9}))?/.exec(findHeader(headers, name) ?? '');
  if (match === null) return undefined;
  return { count: Number(match[1]), windowS: match[2] === undefined ? undefined : Number(match[2]) };
}
