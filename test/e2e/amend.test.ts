import { beforeAll, describe, expect, it } from 'vitest';
import { startPlayground } from '../../src/playground/server.ts';
import { PLATFORMS, type Rivals, readEntries, runRivals, seedRivals, type Way } from '../support/amend-rivals.ts';
import { describeWithRegistry, startRegistry } from '../support/real-registry.ts';

/** `AMEND_ROUNDS=20` for figures that mean something. */
const ROUNDS = Number(process.env.AMEND_ROUNDS ?? 1);
const WAYS: readonly Way[] = ['apply', 'create'];
const TRIALS = Array.from({ length: ROUNDS }, (_, index) => index + 1).flatMap((round) =>
  WAYS.map((way) => [way, round] as const),
);

function describeRivals(start: () => Promise<Rivals['registry'] & { stop(): Promise<void> }>): void {
  let rivals: Rivals;
  let entries: readonly string[];
  beforeAll(async () => {
    const registry = await start();
    rivals = { registry, repository: 'app' };
    entries = await seedRivals(rivals);
    return () => registry.stop();
  });

  it.each(TRIALS)(`keep all ${PLATFORMS.length} of them: %s, round %i`, { timeout: 180_000 }, async (way, round) => {
    const tag = `${way}-${round}`;
    const results = await runRivals(rivals, way, tag);
    const live = await readEntries(rivals, tag);

    expect(results.map(({ code, stdout, stderr }) => (code === 0 ? '' : `${code}: ${stdout}${stderr}`))).toEqual(
      PLATFORMS.map(() => ''),
    );
    expect(live.toSorted()).toEqual(entries.toSorted());
  });
}

describe('processes that add one platform each to one tag at the same time', () => {
  describe('on the embedded registry', () => {
    describeRivals(async () => {
      const { host, url, close } = await startPlayground({});
      return { host, url, stop: close };
    });
  });

  describeWithRegistry('on a real registry', () => {
    describeRivals(() => startRegistry());
  });
});
