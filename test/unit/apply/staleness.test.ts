import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRepository } from '../../../src/oci/repository.ts';
import { type Playground, startPlayground } from '../../../src/playground/server.ts';
import type { RegistryClient } from '../../../src/registry/client.ts';
import { makeClient } from '../../support/make-client.ts';
import { runHere } from '../../support/run-here.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

type Action = 'create' | 'update' | 'delete';
type Live = 'absent' | 'expected' | 'wanted' | 'other' | 'unreadable';
type Status = 'done' | 'already' | 'stale' | 'failed' | 'not-started';

/** What a tag turns out to hold when its plan is applied, and how that ends. */
interface Row {
  readonly action: Action;
  readonly live: Live;
  /** With `--stale abort` and with `--stale skip`: the tag, another image of the plan, the exit code. */
  readonly abort: readonly [Status, Status, number];
  readonly skip: readonly [Status, Status, number];
}

const GO = ['done', 'done', 0] as const;
const SO_ALREADY = ['already', 'done', 0] as const;
const ABORTED = ['stale', 'not-started', 4] as const;
const SKIPPED = ['stale', 'done', 4] as const;
const FAILED = ['failed', 'done', 5] as const;

const TABLE: readonly Row[] = [
  { action: 'create', live: 'absent', abort: GO, skip: GO },
  { action: 'create', live: 'expected', abort: GO, skip: GO },
  { action: 'create', live: 'wanted', abort: SO_ALREADY, skip: SO_ALREADY },
  { action: 'create', live: 'other', abort: ABORTED, skip: SKIPPED },
  { action: 'create', live: 'unreadable', abort: FAILED, skip: FAILED },
  { action: 'update', live: 'absent', abort: ABORTED, skip: SKIPPED },
  { action: 'update', live: 'expected', abort: GO, skip: GO },
  { action: 'update', live: 'wanted', abort: SO_ALREADY, skip: SO_ALREADY },
  { action: 'update', live: 'other', abort: ABORTED, skip: SKIPPED },
  { action: 'update', live: 'unreadable', abort: FAILED, skip: FAILED },
  { action: 'delete', live: 'absent', abort: SO_ALREADY, skip: SO_ALREADY },
  { action: 'delete', live: 'expected', abort: GO, skip: GO },
  { action: 'delete', live: 'wanted', abort: SO_ALREADY, skip: SO_ALREADY },
  { action: 'delete', live: 'other', abort: ABORTED, skip: SKIPPED },
  { action: 'delete', live: 'unreadable', abort: FAILED, skip: FAILED },
];

let playground: Playground;
let client: RegistryClient;
let unreadable = '';
beforeAll(async () => {
  playground = await startPlayground({
    seed: true,
    intercept: (request, response) => {
      if (unreadable === '' || request.url?.includes(unreadable) !== true) return false;
      response.writeHead(403).end();
      return true;
    },
  });
  client = makeClient();
});
afterAll(async () => {
  await client.close();
  await playground.close();
});

describe.each(TABLE)('a tag to $action that is found $live', ({ action, live, ...expected }) => {
  it.each(['abort', 'skip'] as const)('ends as it should with --stale %s', async (stale) => {
    const run = await planOne(action, `${action}-${live}-${stale}`);
    await makeLive(run, live);
    playground.clearRequests();
    const outcome = await applyPlan(run, stale);
    unreadable = '';

    expect([outcome.tag, outcome.other, outcome.code]).toEqual(expected[stale]);
    expect(writesTo(run)).toBe(outcome.tag === 'done');
    expect(await digest(run.path)).toBe(outcome.tag === 'done' ? run.wanted : run.found);
  });
});

/** A saved plan for one tag, with another image beside it. */
interface Run {
  readonly folder: string;
  readonly home: string;
  readonly path: string;
  readonly action: Action;
  /** What the plan makes of the tag; undefined: nothing. */
  readonly wanted: string | undefined;
  /** What the tag holds when the plan is applied. */
  found?: string | undefined;
}

async function planOne(action: Action, name: string): Promise<Run> {
  const folder = makeTempDir();
  const home = makeTempDir();
  const path = `stale/${name}`;
  const plait = (...args: readonly string[]) => runHere(args, { cwd: folder, home });
  if (action !== 'create') await publish(path, '1.0.0');
  writeFileSync(join(folder, 'manifests.yaml'), config(action, path));
  const planned = await plait('plan', '-o', 'plan.json', '--no-cache');
  expect(planned.code).toBe(0);
  const { changes } = JSON.parse((await plait('show', 'plan.json', '-O', 'json')).stdout) as {
    changes: { repository: string; index: string | null }[];
  };
  const wanted = changes.find(({ repository }) => repository.endsWith(path))?.index ?? undefined;
  return { folder, home, path, action, wanted };
}

const image = (path: string, version: string) => `
  - target: ${playground.host}/${path}
    tags: [tag]
    platforms: [linux/amd64, linux/arm64]
    source: ${playground.host}/demo/builds/hello:${version}-{arch}
`;

function config(action: Action, path: string): string {
  const other = image(`${path}/other`, '1.0.0');
  if (action !== 'delete') return `version: 1\nimages:${image(path, '1.1.0')}${other}`;
  const registries = `registries:\n  ${playground.host}: { deletes: tag }\n`;
  return `version: 1\n${registries}absent: [{ target: ${playground.host}/${path}, tags: [tag] }]\nimages:${other}`;
}

/** Publishes `version` under the tag, with a config and a home of its own. */
async function publish(path: string, version: string): Promise<void> {
  const folder = makeTempDir();
  writeFileSync(join(folder, 'manifests.yaml'), `version: 1\nimages:${image(path, version)}`);
  const args = ['apply', '--yes', '--allow', 'platform-removal=**', '--no-cache'];
  expect((await runHere(args, { cwd: folder, home: makeTempDir() })).code).toBe(0);
}

async function makeLive(run: Run, live: Live): Promise<void> {
  const { path, action } = run;
  const isGone =
    live === 'absent' || (live === 'wanted' && action === 'delete') || (live === 'expected' && action === 'create');
  if (isGone) await fetch(`${playground.url}/v2/${path}/manifests/tag`, { method: 'DELETE' });
  if (live === 'wanted' && action !== 'delete') await publish(path, '1.1.0');
  if (live === 'other') await move(path);
  run.found = await digest(path);
  if (live === 'unreadable') unreadable = `/v2/${path}/manifests/tag`;
}

/** Somebody else moves the tag to a single image. */
async function move(path: string): Promise<void> {
  await publish(path, '1.0.0');
  const stored = await client.getManifest(parseRepository(`${playground.host}/${path}`), 'tag');
  const child = stored?.manifest.kind === 'index' ? (stored.manifest.manifests[0]?.digest ?? '') : '';
  const source = await client.getManifest(parseRepository(`${playground.host}/${path}`), child);
  await client.putManifest(parseRepository(`${playground.host}/${path}`), 'tag', source ?? expect.fail('no child'));
}

async function applyPlan({ folder, home, path }: Run, stale: 'abort' | 'skip') {
  const args = ['apply', 'plan.json', '--stale', stale, '--result', 'result.json'];
  const { code } = await runHere(args, { cwd: folder, home });
  const shown = readFileSync(join(folder, 'result.json'), 'utf8');
  const { changes } = JSON.parse(shown) as { changes: { repository: string; tags: { status: Status }[] }[] };
  const statusOf = (end: string) => changes.find(({ repository }) => repository.endsWith(end))?.tags[0]?.status;
  return { code, tag: statusOf(path), other: statusOf(`${path}/other`) };
}

function writesTo({ path }: Run): boolean {
  return playground.requests.some(
    (request) => ['PUT', 'DELETE'].includes(request.method) && request.path === `/v2/${path}/manifests/tag`,
  );
}

async function digest(path: string): Promise<string | undefined> {
  return (await client.headManifest(parseRepository(`${playground.host}/${path}`), 'tag'))?.digest;
}
