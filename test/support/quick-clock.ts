import type { Clock } from '../../src/transport/clock.ts';

/** A clock that only sleeping moves, and that sleeps in no time. */
export interface QuickClock extends Clock {
  /** Every sleep so far, milliseconds. */
  readonly sleeps: readonly number[];
  /** Lets time pass. */
  advance(ms: number): void;
}

const START_MS = Date.UTC(2026, 0, 1);

/** Chance always comes out as `random`, so that waits can be told in advance. */
export function createQuickClock(random = 0.5): QuickClock {
  const sleeps: number[] = [];
  let elapsed = 0;
  return {
    sleeps,
    advance: (ms) => {
      elapsed += ms;
    },
    now: () => START_MS + elapsed,
    elapsed: () => elapsed,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      sleeps.push(ms);
      elapsed += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
    random: () => random,
  };
}
