import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRepository } from '../../src/oci/repository.ts';
import { planDocumentSchema } from '../../src/plan/document-schema.ts';
import { findShard } from '../../src/plan/shard.ts';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { parseLockFile } from '../../src/state/lock-file.ts';
import { type RegistryContent, readContent } from '../support/registry-content.ts';
import { runHere } from '../support/run-here.ts';
import { makeProject, plait } from '../support/scenario.ts';

const SHARDS = ['1/3', '2/3', '3/3'] as const;

let registry: Playground;
let folder: string;
let names: readonly string[];
beforeEach(async () => {
  registry = await startPlayground({ seed: true });
  names = [1, 2, 3].flatMap((shard) => listNames(registry.host, shard)).sort();
  folder = makeProject(config(registry.host));
});
afterEach(() => registry.close());

/** Three repositories that fall into `shard` of three; which ones do depends on the port of the registry. */
function listNames(host: string, shard: number): readonly string[] {
  const all = Array.from({ length: 100 }, (_, number) => `team/app-${number}`);
  return all.filter((name) => findShard(parseRepository(`${host}/${name}`), 3) === shard).slice(0, 3);
}

/** One image a repository, and one that goes to all of them. */
function config(host: string): string {
  const source = `${host}/demo/builds/hello:1.0.0-{arch}`;
  const content = `platforms: [linux/amd64, linux/arm64], source: "${source}"`;
  const images = names.map((name) => `  - { target: ${host}/${name}, tags: ["1.0.0"], ${content} }\n`);
  const targets = names.map((name) => `{ repository: ${host}/${name}, tags: [everywhere] }`).join(', ');
  return `version: 1\nimages:\n${images.join('')}  - { id: everywhere, targets: [${targets}], ${content} }\n`;
}

/** What one apply of everything leaves in a registry of its own. */
async function readWhole(): Promise<RegistryContent> {
  const other = await startPlayground({ seed: true });
  try {
    await plait(makeProject(config(other.host)), ['apply', '--yes']);
    return await readContent(other);
  } finally {
    await other.close();
  }
}

/** Of the repositories under test. */
async function countTags(): Promise<number> {
  const { tags } = await readContent(registry);
  return Object.keys(tags).filter((name) => name.startsWith('team/')).length;
}

const run = (...args: readonly string[]) => runHere(args, { cwd: folder, home: folder });
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const readPlan = (name: string) => planDocumentSchema.parse(JSON.parse(read(name)));
const writes = () => registry.requests.filter(({ method }) => method !== 'GET' && method !== 'HEAD');

describe('three shards', () => {
  it('applied one after the other leave what one apply leaves', async () => {
    const codes: (number | null)[] = [];
    for (const shard of SHARDS) codes.push((await plait(folder, ['apply', '--yes', '--shard', shard])).code);
    const after = await plait(folder, ['plan', '--detailed-exitcode']);

    expect(codes).toEqual([0, 0, 0]);
    expect(await readContent(registry)).toEqual(await readWhole());
    expect(after).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Plan: nothing to do; 18 unchanged\n/) });
  });

  it('applied at the same time do so too, and all are in the lock file', async () => {
    const args = ['apply', '--yes', '--lock', 'record'];
    const runs = await Promise.all(SHARDS.map((shard) => plait(folder, [...args, '--shard', shard])));
    const after = await plait(folder, ['plan', '--detailed-exitcode']);
    const lock = parseLockFile(read('manifests.lock.yaml'), 'manifests.lock.yaml');

    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(await readContent(registry)).toEqual(await readWhole());
    expect(after.code).toBe(0);
    expect([lock.tags.size, lock.sources.size]).toEqual([18, 2]);
  });

  it('applied on machines of their own are recorded by one more apply', async () => {
    await run('lock');
    for (const shard of SHARDS) {
      const machine = makeProject(read('manifests.yaml'));
      copyFileSync(join(folder, 'manifests.lock.yaml'), join(machine, 'manifests.lock.yaml'));
      await runHere(['apply', '--yes', '--shard', shard], { cwd: machine, home: machine });
    }
    registry.clearRequests();
    const { code } = await run('apply', '--yes');
    const lock = parseLockFile(read('manifests.lock.yaml'), 'manifests.lock.yaml');

    expect([code, writes()]).toEqual([0, []]);
    expect([lock.tags.size, lock.sources.size]).toEqual([18, 2]);
  });

  it('never write to the same repository', async () => {
    const places: (readonly string[])[] = [];
    for (const shard of SHARDS) {
      registry.clearRequests();
      await plait(folder, ['apply', '--yes'], { env: { PLAIT_SHARD: shard } });
      places.push([...new Set(writes().map(({ path }) => /^\/v2\/(team\/[^/]+)\//.exec(path)?.[1] ?? path))].sort());
    }

    expect(places).toEqual([1, 2, 3].map((shard) => [...listNames(registry.host, shard)].sort()));
  });
});

describe('a plan of one shard', () => {
  it('says so in its first line and in its file', async () => {
    const { stdout } = await plait(folder, ['plan', '--shard', '2/3', '-o', 'plan.json']);

    expect(stdout).toMatch(/^Part of the config only: --shard 2\/3\nPlan: /);
    expect(readPlan('plan.json').scope).toMatchObject({ shard: '2/3', partial: true });
  });

  it('is all of it when there is one', async () => {
    const { stdout } = await plait(folder, ['plan', '--shard', '1/1', '-o', 'plan.json']);

    expect(stdout).toMatch(/^Plan: 18 to create/);
    expect(readPlan('plan.json').scope).toMatchObject({ shard: '1/1', partial: false });
  });

  it('is applied as any saved plan, also where the environment names its shard', async () => {
    await plait(folder, ['plan', '--shard', '2/3', '-o', 'plan.json']);
    const { changes } = readPlan('plan.json');
    const applied = await plait(folder, ['apply', 'plan.json'], { env: { PLAIT_SHARD: '2/3' } });

    expect([applied.code, changes.length]).toEqual([0, 6]);
    expect(await countTags()).toBe(6);
  });

  it.each([
    ['--shard', '1/3'],
    ['--shard', '2/4'],
  ])('is not applied as another one: %s %s', async (...args) => {
    await plait(folder, ['plan', '--shard', '2/3', '-o', 'plan.json']);
    const { code, stderr } = await plait(folder, ['apply', 'plan.json', ...args]);

    expect([code, writes()]).toEqual([64, []]);
    expect(stderr).toContain('is of shard 2/3');
  });

  it('of everything is not applied in part', async () => {
    await plait(folder, ['plan', '-o', 'plan.json']);

    expect(await plait(folder, ['apply', 'plan.json', '--shard', '1/3'])).toMatchObject({ code: 64 });
    expect(writes()).toEqual([]);
  });
});

describe('plans of shards that are shown together', () => {
  const files = SHARDS.map((_, index) => `plan-${index + 1}.json`);
  const withoutRequests = (text: string) => text.replace(/^Requests: .*$/m, '');
  const planAll = async () => {
    for (const [index, shard] of SHARDS.entries()) {
      await run('plan', '--shard', shard, '-o', files[index] ?? '');
    }
  };

  it('are the plan of the whole run, whatever their order', async () => {
    await planAll();
    const whole = await run('plan');
    const shown = await run('show', ...files);
    const turned = await run('show', ...files.toReversed());

    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(withoutRequests(shown.stdout)).toBe(withoutRequests(whole.stdout));
    expect(turned.stdout).toBe(shown.stdout);
  });

  it('say that one is missing', async () => {
    await planAll();
    const { code, stdout, stderr } = await run('show', ...files.slice(1));

    expect(code).toBe(0);
    expect(stdout).toMatch(/^Part of the config only: --shard 2\/3, --shard 3\/3\nPlan: 12 to create/);
    expect(stderr).toContain('not among the files: 1/3');
  });

  it('are refused with a plan for the same tags, and both files are named', async () => {
    await planAll();
    const [first = ''] = names;
    const shard = findShard(parseRepository(`${registry.host}/${first}`), 4);
    await run('plan', '--shard', `${shard}/4`, '-o', 'again.json');
    const { code, stdout, stderr } = await run('show', ...files, 'again.json');

    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toMatch(/again\.json and plan-\d\.json/);
  });

  it('name the file that is damaged, edited or of another config', async () => {
    await planAll();
    writeFileSync(join(folder, 'plan-1.json'), read('plan-1.json').replace('"1.0.0"', '"1.0.1"'));
    const edited = await run('show', ...files);
    writeFileSync(join(folder, 'plan-1.json'), '{ "formatVersion": "1.0", "changes": 3 }');
    const damaged = await run('show', ...files);
    writeFileSync(join(folder, 'manifests.yaml'), `${read('manifests.yaml')}# more\n`);
    await run('plan', '--shard', '1/3', '-o', 'plan-1.json');
    const other = await run('show', ...files);

    expect([edited.code, damaged.code, other.code]).toEqual([0, 64, 0]);
    expect(edited.stderr).toContain('Warning: plan-1.json: ');
    expect(damaged.stderr).toContain('plan-1.json: the plan file is damaged');
    expect(other.stderr).toContain('plan-2.json was made from another config than plan-1.json');
  });

  it('are a list of plan documents as JSON, each with its checksum', async () => {
    await planAll();
    const { stdout } = await run('show', ...files.toReversed(), '-O', 'json');
    const list = JSON.parse(stdout) as readonly unknown[];

    expect(list).toEqual(files.map((name) => JSON.parse(read(name)) as unknown));
  });

  it('are shown with their results only by themselves', async () => {
    for (const [index, shard] of SHARDS.entries()) {
      await run('apply', '--yes', '--shard', shard, '--result', `result-${index + 1}.json`);
    }
    await run('plan', '-o', 'plan.json');
    const shown = await run('show', 'result-3.json', 'result-1.json', 'result-2.json');
    const mixed = await run('show', 'result-1.json', 'plan.json');

    expect(shown).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^Apply: 18 tags moved\n/) });
    expect(shown.stdout.match(/^✓ \S+/gm)).toEqual(shown.stdout.match(/^✓ \S+/gm)?.toSorted());
    expect([mixed.code, mixed.stdout]).toEqual([64, '']);
    expect(mixed.stderr).toContain('plan.json holds a plan, and result-1.json a result');
  });
});

describe('--shard', () => {
  it.each([['plan'], ['apply', '--yes'], ['drift']])('that has nothing is no error of %s', async (...args) => {
    const used = new Set(names.map((name) => findShard(parseRepository(`${registry.host}/${name}`), 1000)));
    const free = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].find((index) => !used.has(index)) ?? 0;
    registry.clearRequests();
    const { code, stderr } = await run(...args, '--shard', `${free}/1000`);

    expect([code, registry.requests]).toEqual([0, []]);
    expect(stderr).toContain(`nothing of this config is in shard ${free}/1000`);
  });

  it.each(['0/3', '4/3', 'a/b', '1/0', '1/1001'])('%s is refused before a registry is asked', async (text) => {
    registry.clearRequests();
    const flag = await run('plan', '--shard', text);
    const variable = await plait(folder, ['plan'], { env: { PLAIT_SHARD: text } });

    expect([flag.code, variable.code, registry.requests]).toEqual([64, 64, []]);
    expect(flag.stderr).toMatch(/hint: .*from 1/);
    expect(variable.stderr).toBe(flag.stderr);
  });

  it('takes its part of a selection', async () => {
    const args = ['plan', '-O', 'json', '--target', 'everywhere'];
    const counts: number[] = [];
    for (const shard of SHARDS) {
      const { stdout } = await run(...args, '--shard', shard);
      counts.push(planDocumentSchema.parse(JSON.parse(stdout)).changes.length);
    }

    expect(counts).toEqual([3, 3, 3]);
  });

  it('rolls back its part of a result', async () => {
    await run('apply', '--yes', '--result', 'result.json');
    const { stdout } = await run('rollback', 'result.json', '--shard', '3/3');

    expect(stdout).toMatch(/^Part of the config only: --shard 3\/3\n/);
    expect(stdout.match(/was not there before/g)).toHaveLength(6);
  });

  it('lets the limits of a run count what is in it', async () => {
    await run('apply', '--yes');
    const newer = read('manifests.yaml').replaceAll('hello:1.0.0', 'hello:1.1.0');
    const other = makeProject(newer.replace('version: 1', 'version: 1\nguards: { updates: { count: 6 } }'));
    const whole = await runHere(['plan', '--short'], { cwd: other, home: other });
    const parts = await Promise.all(
      SHARDS.map((shard) => runHere(['plan', '--shard', shard, '--short'], { cwd: other, home: other })),
    );

    expect(whole.code).toBe(3);
    expect(parts.map(({ code }) => code)).toEqual([0, 0, 0]);
  });
});
