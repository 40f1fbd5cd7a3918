import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planDocumentSchema } from '../../src/plan/document-schema.ts';
import type { PlanDocument } from '../../src/plan/plan-document.ts';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { callApi } from '../support/api-call.ts';
import type { CliResult } from '../support/run-cli.ts';
import { runHere } from '../support/run-here.ts';
import { isWrite, makeProject, seed, writeConfig } from '../support/scenario.ts';
import { makeTempDir } from '../support/temp-dir.ts';

let registry: Playground;
let folder: string;
let home: string;
beforeEach(async () => {
  registry = await startPlayground();
  for (const arch of ['amd64', 'arm64']) await seed(registry, `app:ci-${arch}`, { platform: `linux/${arch}` });
  folder = makeProject(config());
  home = makeTempDir();
  await run('apply', '--yes');
  registry.clearRequests();
});
afterEach(() => registry.close());

/** Two tags of one image; `more` goes to its end, `drift` to the end of the file. */
function config({ more = '', drift = '' } = {}): string {
  return `version: 1
images:
  - target: ${registry.host}/app
    tags: ["1.0.0", latest]
    platforms: [linux/amd64, linux/arm64]
    source: ${registry.host}/app:ci-{arch}
${more}${drift}`;
}

function run(...args: readonly string[]): Promise<CliResult> {
  return runHere(args, { cwd: folder, home });
}

/** The line for scripts, as an object. */
function countsOf({ stdout }: CliResult): Readonly<Record<string, string>> {
  const line = stdout.trimEnd().split('\n').at(-1) ?? '';
  const [name, ...pairs] = line.split(' ');
  return { name: name ?? '', ...Object.fromEntries(pairs.map((pair) => pair.split('='))) };
}

async function driftJson(...args: readonly string[]): Promise<PlanDocument> {
  const { stdout } = await run('drift', '-O', 'json', ...args);
  return planDocumentSchema.parse(JSON.parse(stdout));
}

/** Moves a tag to an image of one platform, as somebody would by hand. */
async function moveByHand(tag: string): Promise<void> {
  await seed(registry, `app:${tag}`, { platform: 'linux/amd64', text: 'by hand' });
}

const url = (path: string) => `${registry.url}/v2/${path}`;

/** Publishes the index of `latest` with other annotations under it. */
async function annotateByHand(): Promise<void> {
  const live = await callApi(url('app/manifests/latest'), { headers: { accept: '*/*' } });
  const body = JSON.stringify({ ...JSON.parse(live.text), annotations: { 'com.acme.who': 'someone' } });
  const headers = { 'content-type': live.headers.get('content-type') ?? '' };
  await callApi(url('app/manifests/latest'), { method: 'PUT', headers, body });
  registry.clearRequests();
}

const NOTHING = { drift: '0', pending: '0', conflict: '0', adopt: '0', ignored: '0', unreadable: '0' };

describe('plait drift', () => {
  it('ends with 0 when every tag holds what is declared', async () => {
    const result = await run('drift');

    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/^Drift: 2 in sync\n/);
    expect(countsOf(result)).toEqual({ name: 'plait-drift:', in_sync: '2', ...NOTHING });
  });

  it('ends with 2 when somebody moved a tag, and tells which platform is lost', async () => {
    await moveByHand('latest');
    const result = await run('drift');

    expect(result.code).toBe(2);
    expect(result.stdout).toMatch(/^Drift: 1 tag differs; 1 in sync\n/);
    expect(result.stdout).toContain('+ linux/arm64');
    expect(countsOf(result)).toMatchObject({ in_sync: '1', drift: '1' });
  });

  it('ends with 2 for a tag that is gone', async () => {
    await callApi(url('app/manifests/latest'), { method: 'DELETE' });
    const result = await run('drift');

    expect(result.code).toBe(2);
    expect(countsOf(result)).toMatchObject({ in_sync: '1', drift: '1' });
  });

  it('ends with 2 for a tag that is declared absent and is there, also where a guard would keep it', async () => {
    await moveByHand('old');
    const guarded = `registries: { "${registry.host}": { deletes: tag } }\nguards: { deletes: { count: 0 } }\n`;
    writeConfig(folder, config({ drift: `absent: [{ target: "${registry.host}/app", tags: [old] }]\n${guarded}` }));
    const result = await run('drift');

    expect(result.code).toBe(2);
    expect(result.stdout).toContain('app:old');
    expect(result.stdout).not.toContain('--allow');
  });

  it('ends with 1 when something could not be compared, also when something else differs', async () => {
    const lost = `  - { target: "${registry.host}/other", tags: ["1"], from: "${registry.host}/gone:1" }\n`;
    writeConfig(folder, config({ more: lost }));
    await moveByHand('latest');
    const result = await run('drift');

    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/^Drift: 1 tag differs; 1 not compared; 1 in sync\n/);
    expect(countsOf(result)).toMatchObject({ drift: '1', unreadable: '1' });
  });

  it('sends no write, whatever it finds', async () => {
    await moveByHand('latest');
    registry.clearRequests();
    await run('drift', '--lock', 'record');

    expect(registry.requests.length).toBeGreaterThan(0);
    expect(registry.requests.map(({ method, path }) => `${method} ${path}`).filter(isWrite)).toEqual([]);
  });

  it('ends with 64 for a config that is wrong, before any registry is asked', async () => {
    writeConfig(folder, 'version: 1\nimages: [{}]\n');
    const { code } = await run('drift');

    expect(code).toBe(64);
    expect(registry.requests).toEqual([]);
  });

  it('is about the part of the config that is asked for, and says so', async () => {
    const more = `  - { id: other, target: "${registry.host}/other", tags: ["1"], from: "${registry.host}/app:ci-amd64" }\n`;
    writeConfig(folder, config({ more }));
    const { code, stdout } = await run('drift', '--exclude', 'other');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^Part of the config only: --exclude other\nDrift: 2 in sync\n/);
  });

  it('gives the same text twice', async () => {
    await moveByHand('latest');
    await run('drift');
    const [first, second] = [await run('drift'), await run('drift')];

    expect(first.stdout).toBe(second.stdout);
  });

  it('saves findings that show shows and apply refuses', async () => {
    await moveByHand('latest');
    await run('drift', '-O', 'json=found.json');
    registry.clearRequests();
    const shown = await run('show', 'found.json');
    const applied = await run('apply', 'found.json');

    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toMatch(/^Drift: 1 tag differs; 1 in sync\n/);
    expect(applied.code).toBe(64);
    expect(applied.stderr).toContain('findings of plait drift');
    expect(registry.requests).toEqual([]);
  });
});

describe('plait drift with a lock file', () => {
  beforeEach(async () => {
    await run('apply', '--yes', '--lock', 'record');
    registry.clearRequests();
  });

  it('tells what somebody moved from what is only not applied yet', async () => {
    await moveByHand('latest');
    writeConfig(folder, config().replace('latest]', 'latest, next]'));
    const result = await run('drift');

    expect(result.code).toBe(2);
    expect(result.stdout).toMatch(/^Drift: 2 tags differ \(1 drift, 1 pending\); 1 in sync\n/);
    expect(countsOf(result)).toMatchObject({ drift: '1', pending: '1', conflict: '0' });
    expect(result.stdout).toContain('drift: changed by someone else');
  });

  it('does not change the lock file', async () => {
    const path = join(folder, 'manifests.lock.yaml');
    const before = readFileSync(path, 'utf8');
    await moveByHand('latest');
    await run('drift', '--lock', 'record');

    expect(readFileSync(path, 'utf8')).toBe(before);
  });
});

describe('drift that the config accepts', () => {
  const ignore = (fields: string, until = '2999-12-31') =>
    `drift: { ignore: [{ match: "${registry.host}/app:*", fields: [${fields}], reason: trials of acme, until: "${until}" }] }\n`;

  it('is no drift, and is listed with its reason, its end and its line', async () => {
    writeConfig(folder, config({ drift: ignore('annotations') }));
    await annotateByHand();
    const result = await run('drift');

    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/^Drift: 1 ignored; 1 in sync\n/);
    expect(result.stdout).toMatch(
      /^i \S+\/app:latest {3}annotations ignored until 2999-12-31: trials of acme {2}\(manifests\.yaml:7:\d+\)$/m,
    );
    expect(countsOf(result)).toMatchObject({ in_sync: '1', drift: '0', ignored: '1' });
  });

  it('is in the JSON as well', async () => {
    writeConfig(folder, config({ drift: ignore('annotations') }));
    await annotateByHand();
    const document = await driftJson();

    expect(document.changes).toEqual([]);
    expect(document.drift?.ignored.map(({ reason, fields }) => ({ reason, fields }))).toEqual([
      { reason: 'trials of acme', fields: ['annotations'] },
    ]);
    expect(document.drift?.tags.ignored).toBe(1);
  });

  it('does not cover what it does not name', async () => {
    writeConfig(folder, config({ drift: ignore('annotations') }));
    await moveByHand('latest');

    expect(await run('drift')).toMatchObject({ code: 2 });
  });

  it('counts no longer after its day, and the config says so', async () => {
    writeConfig(folder, config({ drift: ignore('annotations', '2020-01-01') }));
    await annotateByHand();
    const { code, stderr, stdout } = await run('drift');

    expect(code).toBe(2);
    expect(stdout).not.toContain('trials of acme');
    expect(stderr).toContain('expired-ignore');
  });

  it('does not keep apply from putting it right', async () => {
    writeConfig(folder, config({ drift: ignore('annotations') }));
    await annotateByHand();

    expect((await run('plan')).stdout).toMatch(/^Plan: 1 to update/);
  });
});

describe('an image that is gone from under its tag', () => {
  beforeEach(async () => {
    writeConfig(folder, elsewhere(''));
    await run('apply', '--yes');
    const { text } = await callApi(url('out/manifests/1'), { headers: { accept: '*/*' } });
    const [child] = (JSON.parse(text) as { manifests: { digest: string }[] }).manifests;
    await callApi(url(`out/manifests/${child?.digest}`), { method: 'DELETE' });
  });

  const elsewhere = (drift: string) =>
    config({ drift }).replace(`target: ${registry.host}/app`, `target: ${registry.host}/out`).replace('"1.0.0"', '"1"');

  it('is not asked for without a word of the config', async () => {
    expect((await run('drift')).code).toBe(0);
  });

  it('is found where the config asks for it', async () => {
    writeConfig(folder, elsewhere('drift: { children: verify }\n'));
    const result = await run('drift');

    expect(result.code).toBe(2);
    expect(result.stdout).toContain('gone from the target');
    expect(countsOf(result)).toMatchObject({ drift: '2' });
  });

  it('may be accepted for a while', async () => {
    const rule = `{ match: "${registry.host}/out:*", fields: [children], reason: clean-up, until: "2999-12-31" }`;
    writeConfig(folder, elsewhere(`drift: { children: verify, ignore: [${rule}] }\n`));
    const result = await run('drift');

    expect(result.code).toBe(0);
    expect(countsOf(result)).toMatchObject({ ignored: '2' });
  });
});
