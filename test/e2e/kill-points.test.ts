import pLimit from 'p-limit';
import { afterAll, describe, expect, it } from 'vitest';
import { listKillPoints, runUndisturbed, surviveKill } from '../support/kill-run.ts';
import { KILL_SCENARIOS } from '../support/kill-scenarios.ts';

const AT_ONCE = 2;
const SCENARIO_MS = 240_000;

function describeTally({ tried, recovered, scenarios }: Readonly<Record<string, number>>): string {
  const verdict = recovered === tried ? 'all recovered' : `ONLY ${recovered} RECOVERED`;
  return `Kill points: ${tried} tried, each request of ${scenarios} scenarios as it arrives and each write as it is done; ${verdict}.`;
}

describe('apply that is killed at any one of its requests leaves every tag old or new, and finishes when run again', () => {
  const tally = { tried: 0, recovered: 0, scenarios: 0 };
  afterAll(() => process.stdout.write(`${describeTally(tally)}\n`));

  it.each(KILL_SCENARIOS.map((scenario) => [scenario.title, scenario] as const))(
    '%s',
    { timeout: SCENARIO_MS },
    async (_title, scenario) => {
      const goal = await runUndisturbed({ scenario });
      const points = listKillPoints(goal);
      tally.tried += points.length;
      tally.scenarios += 1;
      const problems = await pLimit(AT_ONCE).map(points, (point) => surviveKill({ scenario }, goal, point));
      tally.recovered += problems.filter((list) => list.length === 0).length;

      expect(goal.code).toBe(0);
      expect([...goal.after.near.broken, ...goal.after.far.broken]).toEqual([]);
      expect(goal.after).not.toEqual(goal.before);
      expect(problems.flat()).toEqual([]);
    },
  );
});
