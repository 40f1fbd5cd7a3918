import { describe, expect, it } from 'vitest';
import { type AdaptiveLimit, createAdaptiveLimit } from '../../../src/transport/adaptive-limit.ts';

describe('a queue', () => {
  it('is as wide as it was made while nothing is turned away', async () => {
    const limit = createAdaptiveLimit(8);
    noteAnswers(limit, 100);
    expect(await measureWidth(limit)).toBe(8);
  });

  it('is half as wide after a request was turned away', async () => {
    const limit = createAdaptiveLimit(8);
    limit.noteTurnedAway(0, 10);
    expect(await measureWidth(limit)).toBe(4);
  });

  it('is halved once by requests that were under way together', async () => {
    const limit = createAdaptiveLimit(8);
    for (const sentAtMs of [0, 5, 10]) limit.noteTurnedAway(sentAtMs, 10);
    expect(await measureWidth(limit)).toBe(4);
  });

  it('is never closed', async () => {
    const limit = createAdaptiveLimit(3);
    for (const round of [1, 2, 3, 4]) limit.noteTurnedAway(round * 10 + 1, round * 10 + 5);
    expect(await measureWidth(limit)).toBe(1);
  });

  it.each([
    [19, 4],
    [20, 5],
    [80, 8],
    [1000, 8],
  ])('is wider again after %i answers: %i', async (answers, width) => {
    const limit = createAdaptiveLimit(8);
    limit.noteTurnedAway(0, 10);
    noteAnswers(limit, answers);
    expect(await measureWidth(limit)).toBe(width);
  });
});

function noteAnswers(limit: AdaptiveLimit, count: number): void {
  for (let number = 0; number < count; number += 1) limit.noteAnswer();
}

/** The most tasks that run at one time. */
async function measureWidth(limit: AdaptiveLimit): Promise<number> {
  let [now, peak] = [0, 0];
  const task = async (): Promise<void> => {
    now += 1;
    peak = Math.max(peak, now);
    await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
  };
  await Promise.all(Array.from({ length: 40 }, () => limit.run(task)));
  return peak;
}
