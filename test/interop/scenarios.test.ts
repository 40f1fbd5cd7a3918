import { afterAll, beforeAll, describe, it } from 'vitest';
import { LIMIT_SCENARIOS } from './limit-scenarios.ts';
import { type Detail, SCENARIOS } from './scenarios.ts';
import type { InteropServer, Limit } from './server.ts';
import { openStage, type Stage } from './stage.ts';
import { INTEROP_SERVERS } from './table.ts';

/** What a server can be asked to do, and what to expect where it cannot. */
function chooseScenarios({ limits = {}, details = [] }: InteropServer): readonly Detail[] {
  const names = Object.keys(limits) as Limit[];
  const possible = SCENARIOS.filter(({ needs }) => !needs.some((need) => names.includes(need)));
  // Who takes no writes at all is not asked for details of writing, nor for any when it cannot be reached.
  const [first] = (['read', 'write'] as const).filter((name) => names.includes(name));
  return [...possible, ...(first === undefined ? names : [first]).map((name) => LIMIT_SCENARIOS[name]), ...details];
}

describe.for(INTEROP_SERVERS.map((server) => [server.title, server] as const))('%s', ([_title, server]) => {
  if (server.leftOut !== undefined) {
    it('plays the scenarios', (context) => context.skip(server.leftOut));
    return;
  }
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage(server);
  });
  afterAll(() => stage?.close());

  it.each(chooseScenarios(server))('$title', ({ play }) => play(stage));
});
