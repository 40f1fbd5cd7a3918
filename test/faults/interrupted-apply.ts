import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { startPlayground } from '../../src/playground/server.ts';
import { makeProject, plait } from '../support/scenario.ts';

const DONE = ['1.0.0', 'latest'];

/** Interrupts the program while a tag is being moved, and lets it be run again. */
export async function interruptApply(): Promise<void> {
  const stop = new AbortController();
  const playground = await startPlayground({
    seed: true,
    beforeAnswer: async ({ method, url }) => {
      if (method !== 'PUT' || url?.endsWith('/out/a/manifests/1.0.0') !== true || stop.signal.aborted) return false;
      stop.abort();
      await delay(500);
      return false;
    },
  });
  onTestFinished(() => playground.close());
  const image = (name: string): string => `
  - target: ${playground.host}/out/${name}
    tags: ["1.0.0", latest]
    platforms: [linux/amd64, linux/arm64]
    source: ${playground.host}/demo/builds/hello:1.0.0-{arch}
`;
  const folder = makeProject(`version: 1\nimages:${image('a')}${image('b')}`);
  const interrupted = await plait(folder, ['apply', '--yes', '--result', 'result.json'], { signal: stop.signal });
  expect(interrupted.code).toBe(130);
  expect(interrupted.stdout).toMatch(/out\/a.*1\.0\.0/s);
  expect(interrupted.stdout).toMatch(/interrupted|not started/i);
  expect(readStatus(folder, 'a')).toEqual({ '1.0.0': 'done', latest: 'not-started' });
  expect(readStatus(folder, 'b')).toMatchObject({ latest: 'not-started' });
  const tags = async (name: string): Promise<readonly string[]> => {
    const answer = await fetch(`${playground.url}/v2/out/${name}/tags/list`);
    return answer.status === 200 ? ((await answer.json()) as { tags: string[] }).tags : [];
  };
  expect(await tags('a')).toEqual(['1.0.0']);
  expect(await tags('b')).not.toContain('latest');
  expect((await plait(folder, ['apply', '--yes'])).code).toBe(0);
  expect([await tags('a'), await tags('b')]).toEqual([DONE, DONE]);
  expect((await plait(folder, ['plan', '--detailed-exitcode'])).code).toBe(0);
}

interface Result {
  readonly changes: readonly {
    readonly repository: string;
    readonly tags: readonly { readonly name: string; readonly status: string }[];
  }[];
}

/** How the tags of `out/<name>` ended. */
function readStatus(folder: string, name: string): Readonly<Record<string, string>> {
  const { changes } = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as Result;
  const tags = changes.find(({ repository }) => repository.endsWith(`/out/${name}`))?.tags ?? [];
  return Object.fromEntries(tags.map((tag) => [tag.name, tag.status]));
}
