import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startPlayground } from '../../../src/playground/server.ts';
import { homeVariables } from '../../support/run-cli.ts';
import { runHere } from '../../support/run-here.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

describe('the program', () => {
  it('follows what the machine says of registries, in the folder of PLAIT_ETC', async () => {
    const playground = await startPlayground({ seed: true });
    onTestFinished(() => playground.close());
    const home = makeTempDir();
    const folder = join(homeVariables(home).PLAIT_ETC ?? '', 'containers');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'registries.conf'), `[[registry]]\nlocation = "${playground.host}"\nblocked = true\n`);
    const { code, stderr } = await runHere(['inspect', `${playground.host}/acme/api:1`], { cwd: home, home });
    expect([code, playground.requests]).toEqual([1, []]);
    expect(stderr).toContain(join(folder, 'registries.conf'));
  });
});
