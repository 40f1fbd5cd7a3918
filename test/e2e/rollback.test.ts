import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { readContent } from '../support/registry-content.ts';
import { runHere } from '../support/run-here.ts';
import { isWrite, seed as seedImage, writeConfig } from '../support/scenario.ts';
import { makeTempDir } from '../support/temp-dir.ts';

let playground: Playground;
let folder: string;
beforeEach(async () => {
  playground = await startPlayground({ seed: true });
  folder = makeTempDir();
  return () => playground.close();
});

const run = (...args: readonly string[]) => runHere(args, { cwd: folder, home: folder });
const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const writes = () => playground.requests.filter(({ method, path }) => isWrite(`${method} ${path}`));

/** `app:1` to its digest. */
async function readTags(): Promise<Readonly<Record<string, string>>> {
  const { tags } = await readContent(playground);
  return Object.fromEntries(Object.entries(tags).filter(([name]) => name.startsWith('out/')));
}

interface Wanted {
  readonly version?: string;
  readonly tags?: string;
  readonly platforms?: string;
  readonly more?: string;
  readonly deletes?: boolean;
}

/** One image with `tags`, and what else there is to say. */
function declare({ version = '1.0.0', tags = '["1", latest]', ...wanted }: Wanted = {}): void {
  const { platforms = '[linux/amd64, linux/arm64]', more = '', deletes = false } = wanted;
  const source = `${playground.host}/demo/builds/hello:${version}-{arch}`;
  const settings = deletes ? `registries: { "${playground.host}": { deletes: tag } }\n` : '';
  const image = `{ target: ${playground.host}/out/app, tags: ${tags}, platforms: ${platforms}, source: "${source}" }`;
  writeConfig(folder, `version: 1\n${settings}images:\n  - ${image}\n${more}`);
}

const ABSENT = () => `absent:\n  - { target: ${playground.host}/out/app, tags: [old] }\n`;

async function apply(wanted: Wanted, ...flags: readonly string[]) {
  declare(wanted);
  const result = await run('apply', '--yes', '--result', 'result.json', ...flags);
  playground.clearRequests();
  return result;
}

describe('plait rollback', () => {
  it('makes a plan that moves the tags back, and sends no write', async () => {
    await apply({});
    const before = await readTags();
    await apply({ version: '1.1.0' });
    const { code, stdout } = await run('rollback', 'result.json', '-o', 'back.json');
    const written = writes();
    const applied = await run('apply', 'back.json');

    expect([code, written]).toEqual([0, []]);
    expect(stdout).toContain('Plan: 1 to update');
    expect(stdout).toMatch(/~ linux\/amd64 +[0-9a-f]{7} → [0-9a-f]{7} /);
    expect(applied.code).toBe(0);
    expect(await readTags()).toEqual(before);
  });

  it('can itself be rolled back', async () => {
    await apply({});
    await apply({ version: '1.1.0' });
    const after = await readTags();
    await run('rollback', 'result.json', '-o', 'back.json');
    await run('apply', 'back.json', '--result', 'back-result.json');
    await run('rollback', 'back-result.json', '-o', 'forth.json');
    const { code } = await run('apply', 'forth.json');

    expect(code).toBe(0);
    expect(await readTags()).toEqual(after);
  });

  it('shows the platforms that are lost as what was asked for', async () => {
    await apply({ platforms: '[linux/amd64]' });
    await apply({});
    const { stdout } = await run('rollback', 'result.json', '-o', 'back.json');
    const applied = await run('apply', 'back.json');

    expect(stdout).toContain('allowed: would lose linux/arm64  (plait rollback)');
    expect(applied.code).toBe(0);
  });

  it('deletes what was created where tags may be deleted, and brings back what was deleted', async () => {
    await apply({ tags: '["1", old]' });
    const before = await readTags();
    await apply({ tags: '["1", new]', more: ABSENT(), deletes: true });
    const between = Object.keys(await readTags());
    const { stdout } = await run('rollback', 'result.json', '-o', 'back.json');
    const applied = await run('apply', 'back.json');

    expect(between).toEqual(['out/app:1', 'out/app:new']);
    expect(stdout).toContain('Plan: 1 to create, 1 to delete');
    expect(applied.code).toBe(0);
    expect(await readTags()).toEqual(before);
  });

  it('brings a single image back where an index took its place', async () => {
    await seedImage(playground, 'out/app:1', { platform: 'linux/amd64' });
    const before = await readTags();
    await apply({ tags: '["1"]' });
    const { stdout } = await run('rollback', 'result.json', '-o', 'back.json');
    const applied = await run('apply', 'back.json');

    expect(stdout).toContain('- linux/arm64');
    expect(applied.code).toBe(0);
    expect(await readTags()).toEqual(before);
  });

  it('is about the tags that were moved when an apply failed half-way', async () => {
    await apply({});
    const more = `  - { target: ${playground.host}/out/bad, tags: [x], platforms: { linux/amd64: "${playground.host}/no:1" } }\n`;
    const { code } = await apply({ version: '1.1.0', more });
    const { code: planned, stdout } = await run('rollback', 'result.json', '-O', 'json');

    expect([code, planned]).toEqual([5, 0]);
    expect(JSON.parse(stdout)).toMatchObject({
      changes: [{ action: 'update', tags: [{ name: '1' }, { name: 'latest' }] }],
      notices: [],
    });
  });

  it('names what was created where tags may not be deleted', async () => {
    await apply({});
    const { code, stdout, stderr } = await run('rollback', 'result.json');

    expect(code).toBe(0);
    expect(stdout).toContain(`${playground.host}/out/app:latest was not there before, and stays`);
    expect(stderr).toContain('Nothing to roll back');
  });

  it('does nothing about an apply that did nothing', async () => {
    await apply({});
    await apply({});
    const { code, stdout, stderr } = await run('rollback', 'result.json', '-O', 'json');

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ changes: [], status: { applyable: true } });
    expect(stderr).toContain('Nothing to roll back: that apply moved no tag');
  });

  it('has nothing to do the second time', async () => {
    await apply({});
    await apply({ version: '1.1.0' });
    await run('rollback', 'result.json', '-o', 'back.json');
    await run('apply', 'back.json');
    const { code, stdout, stderr } = await run('rollback', 'result.json');

    expect(code).toBe(0);
    expect(stdout).toContain('Plan: nothing to do; 2 unchanged');
    expect(stderr).toContain('Nothing to roll back');
  });

  it('leaves alone what somebody else has written since, and says so', async () => {
    await apply({});
    await apply({ version: '1.1.0' });
    declare({ platforms: '[linux/amd64, linux/arm64, linux/arm/v7]', tags: '[latest]' });
    writeConfig(folder, readFileSync(join(folder, 'manifests.yaml'), 'utf8').replace('{arch}', '{arch}{-variant}'));
    await run('apply', '--yes');
    const { code, stdout } = await run('rollback', 'result.json', '-o', 'back.json');
    const applied = await run('apply', 'back.json');

    expect(code).toBe(4);
    expect(stdout).toContain(`${playground.host}/out/app:latest was written since, and stays`);
    expect([applied.code, applied.stdout.includes('out/app:1   ')]).toEqual([0, true]);
  });

  it('is not possible to what a clean-up took: neither the index nor an image of it', async () => {
    await apply({});
    const { 'out/app:1': before = '' } = await readTags();
    const index = (await (await fetch(`${playground.url}/v2/out/app/manifests/${before}`)).json()) as {
      manifests: { digest: string }[];
    };
    await apply({ version: '1.1.0' });
    const clean = (digest: string) => fetch(`${playground.url}/v2/out/app/manifests/${digest}`, { method: 'DELETE' });
    await clean(index.manifests[0]?.digest ?? '');
    const child = await run('rollback', 'result.json', '-o', 'back.json');
    await clean(before);
    const whole = await run('rollback', 'result.json');
    const applied = await run('apply', 'back.json');

    expect([child.code, whole.code]).toEqual([1, 1]);
    expect(child.stdout).toContain('gone from the registry');
    expect(whole.stdout).toContain('is gone from the registry');
    expect([applied.code, applied.stderr.includes('PLAN_INCOMPLETE')]).toEqual([64, true]);
  });

  it('is about the tags that are selected', async () => {
    await apply({});
    await apply({ version: '1.1.0' });
    const { stdout } = await run(
      'rollback',
      'result.json',
      '--exclude',
      `${playground.host}/out/app:latest`,
      '-O',
      'json',
    );
    const nothing = await run('rollback', 'result.json', '-t', 'nope:*');

    expect(JSON.parse(stdout)).toMatchObject({ changes: [{ tags: [{ name: '1' }] }], scope: { partial: true } });
    expect(nothing.code).toBe(64);
  });

  it('makes a plan that is good as long as --max-age says', async () => {
    await apply({});
    await apply({ version: '1.1.0' });
    await run('rollback', 'result.json', '-o', 'back.json', '--max-age', '1h');
    const { createdAt, expiresAt } = read('back.json') as { createdAt: string; expiresAt: string };

    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(3_600_000);
  });

  it.each([
    ['edited', (text: string) => text.replace('"name": "1"', '"name": "2"')],
    ['cut off', (text: string) => text.slice(0, 200)],
    ['a plan', () => '{ "formatVersion": "1.0", "changes": [] }'],
  ])('refuses a file that is %s, and asks no registry', async (_what, edit) => {
    await apply({});
    const path = join(folder, 'result.json');
    writeFileSync(path, edit(readFileSync(path, 'utf8')));
    const { code, stderr } = await run('rollback', 'result.json');

    expect([code, playground.requests]).toEqual([64, []]);
    expect(stderr).toContain('RESULT_INVALID');
  });

  it('refuses a result of another major version, and says which it is', async () => {
    await apply({});
    const path = join(folder, 'result.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"formatVersion": "1.0"', '"formatVersion": "7.0"'));
    const { code, stderr } = await run('rollback', 'result.json');

    expect([code, playground.requests]).toEqual([64, []]);
    expect(stderr).toContain('format 7.0');
  });

  it('refuses a file that is not there', async () => {
    const { code, stderr } = await run('rollback', 'nope.json');

    expect(code).toBe(64);
    expect(stderr).toContain('plait apply --result FILE');
  });
});
