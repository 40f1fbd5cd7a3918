/** How long each phase of a request may take, milliseconds. */
export interface Timeouts {
  readonly connectMs: number;
  /** From the request sent to the headers of the answer. */
  readonly headersMs: number;
  /** As `headersMs`, for a manifest PUT: registries check every child before they answer. */
  readonly manifestPutMs: number;
  /** Between two pieces of a body. */
  readonly bodyIdleMs: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = Object.freeze({
  connectMs: 10_000,
  headersMs: 30_000,
  manifestPutMs: 120_000,
  bodyIdleMs: 60_000,
});

/** How failures that may pass are tried again. Delays in milliseconds. */
export interface RetryPolicy {
  /** Tries in all, the first included. */
  readonly attempts: number;
  /** Upper bound of the first delay; doubles with each try. */
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** A registry that asks for a longer pause than this is given up. */
  readonly maxRetryAfterMs: number;
  /** No new try when the tries and the pauses between them took longer than this. */
  readonly deadlineMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = Object.freeze({
  attempts: 6,
  baseDelayMs: 500,
  maxDelayMs: 30_000,
  maxRetryAfterMs: 300_000,
  deadlineMs: 300_000,
});
