import { existsSync, readFileSync, unlinkSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { computeDigest, type Digest } from '../../src/oci/digest.ts';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { formatLockFile, type LockFile, parseLockFile } from '../../src/state/lock-file.ts';
import { makeProject, plait, seed } from '../support/scenario.ts';

let registry: Playground;
beforeEach(async () => {
  registry = await startPlayground();
});
afterEach(() => registry.close());

/** So many entries that writing them takes a while. */
const OTHERS: ReadonlyMap<string, Digest> = new Map(
  Array.from({ length: 30_000 }, (_, index) => [`a.example/app-${index}:1`, computeDigest(Buffer.from(`${index}`))]),
);
const OLD: LockFile = { sources: new Map(), tags: OTHERS };

async function makeRun(): Promise<string> {
  await seed(registry, 'app:ci', { platform: 'linux/amd64' });
  const folder = makeProject(
    `version: 1\nimages:\n  - { target: ${registry.host}/app, tags: ["1"], platforms: { linux/amd64: "${registry.host}/app:ci" } }\n`,
  );
  writeFileSync(join(folder, 'manifests.lock.yaml'), formatLockFile(OLD));
  return folder;
}

const ARGS = ['apply', '--yes', '--lock', 'record'];

// Whenever it dies, what is asserted holds: the delays only spread the moments over the writing.
it.each([0, 5, 20, 40])('apply killed %i ms into writing leaves a whole lock file, old or new', async (afterMs) => {
  const folder = await makeRun();
  const path = join(folder, 'manifests.lock.yaml');
  const killed = plait(folder, ARGS, {
    onStart: (program) => {
      const watcher = watch(folder, (_event, name) => {
        if (name !== 'manifests.lock.yaml.busy') return;
        watcher.close();
        void delay(afterMs).then(() => program.kill('SIGKILL'));
      });
    },
  });
  await killed;
  const text = readFileSync(path, 'utf8');
  if (existsSync(`${path}.busy`)) unlinkSync(`${path}.busy`);
  const again = await plait(folder, ARGS);
  const done = parseLockFile(readFileSync(path, 'utf8'), path);

  expect([formatLockFile(OLD), formatLockFile(done)]).toContain(text);
  expect(again.code).toBe(0);
  expect(done.tags.size).toBe(OTHERS.size + 1);
  expect([...done.sources.keys()]).toEqual([`${registry.host}/app:ci`]);
});
