import pLimit from 'p-limit';

/** A queue as wide as its host bears: half as wide after a request was turned away, one wider after twenty answers. */
export interface AdaptiveLimit {
  /** Runs `task` when it is its turn. */
  run<T>(task: () => Promise<T>): Promise<T>;
  /** Notes an answer. */
  noteAnswer(): void;
  /** Notes that a request sent at `sentAtMs` was turned away at `nowMs`, both on the monotonic clock. */
  noteTurnedAway(sentAtMs: number, nowMs: number): void;
}

const ANSWERS_FOR_ONE_MORE = 20;

/** Never wider than `width` requests, and never less than one. */
export function createAdaptiveLimit(width: number): AdaptiveLimit {
  const limit = pLimit(width);
  let answers = 0;
  let narrowedAtMs = Number.NEGATIVE_INFINITY;
  return {
    run: (task) => limit(task),
    noteAnswer: () => {
      if (limit.concurrency >= width) return;
      answers += 1;
      if (answers < ANSWERS_FOR_ONE_MORE) return;
      answers = 0;
      limit.concurrency += 1;
    },
    noteTurnedAway: (sentAtMs, nowMs) => {
      // Those that were under way together say the same thing once.
      if (sentAtMs <= narrowedAtMs) return;
      narrowedAtMs = nowMs;
      answers = 0;
      limit.concurrency = Math.max(1, Math.floor(limit.concurrency / 2));
    },
  };
}
