import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { computeDigest, type Digest } from '../../src/oci/digest.ts';
import { planDocumentSchema } from '../../src/plan/document-schema.ts';
import type { PlanDocument } from '../../src/plan/plan-document.ts';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { formatLockFile, type LockFile, parseLockFile } from '../../src/state/lock-file.ts';
import { INDEX_TYPE, NO_DIGEST } from '../support/client-bench.ts';
import { startFaultServer } from '../support/fault-server.ts';
import type { CliResult } from '../support/run-cli.ts';
import { runHere } from '../support/run-here.ts';
import { isWrite, makeProject, plait, seed, writeConfig } from '../support/scenario.ts';
import { makeTempDir } from '../support/temp-dir.ts';

let registry: Playground;
let folder: string;
let home: string;
beforeEach(async () => {
  registry = await startPlayground();
  for (const arch of ['amd64', 'arm64']) await seed(registry, `app:ci-${arch}`, { platform: `linux/${arch}` });
  folder = makeProject(configFor('[linux/amd64, linux/arm64]'));
  home = makeTempDir();
});
afterEach(() => registry.close());

function configFor(platforms: string, more = ''): string {
  return `version: 1
images:
  - target: ${registry.host}/app
    tags: ["1.0.0", latest]
    platforms: ${platforms}
    source: ${registry.host}/app:ci-{arch}
${more}`;
}

function run(...args: readonly string[]): Promise<CliResult> {
  return runHere(args, { cwd: folder, home });
}

const lockPath = () => join(folder, 'manifests.lock.yaml');

function readLock(): LockFile {
  return parseLockFile(readFileSync(lockPath(), 'utf8'), 'manifests.lock.yaml');
}

/** Tags with a digest, without the registry. */
function names(entries: ReadonlyMap<string, Digest>): readonly string[] {
  return [...entries.keys()].map((name) => name.slice(registry.host.length + 1));
}

async function rebuild(arch: string): Promise<Digest> {
  const { manifest } = await seed(registry, `app:ci-${arch}`, { platform: `linux/${arch}`, text: 'rebuilt' });
  return manifest.digest;
}

async function planJson(...args: readonly string[]): Promise<PlanDocument> {
  const { stdout } = await run('plan', '-O', 'json', ...args);
  return planDocumentSchema.parse(JSON.parse(stdout));
}

function sourceRequests(): readonly string[] {
  return registry.requests.map(({ method, path }) => `${method} ${path}`).filter((request) => request.includes('/ci-'));
}

describe('plait lock', () => {
  it('pins every floating source, and writes to no registry', async () => {
    registry.clearRequests();
    const { code, stdout } = await run('lock');

    expect(code).toBe(0);
    expect(stdout).toContain('manifests.lock.yaml: 2 pinned\n');
    expect(names(readLock().sources)).toEqual(['app:ci-amd64', 'app:ci-arm64']);
    expect(sourceRequests()).toEqual(['HEAD /v2/app/manifests/ci-amd64', 'HEAD /v2/app/manifests/ci-arm64']);
    expect(registry.requests.map(({ method, path }) => `${method} ${path}`).filter(isWrite)).toEqual([]);
  });

  it('asks token servers for rights to pull only', async () => {
    const server = await startFaultServer(({ path, headers }) => {
      if (path.startsWith('/token')) return { body: '{"token":"t"}', headers: { 'content-type': 'application/json' } };
      if (headers.authorization === 'Bearer t') {
        return { headers: { 'content-type': INDEX_TYPE, 'docker-content-digest': NO_DIGEST, 'content-length': '2' } };
      }
      const realm = `Bearer realm="http://${headers.host}/token",service="s"`;
      return { status: 401, headers: { 'www-authenticate': realm } };
    });
    writeConfig(folder, configFor('[linux/amd64]').replaceAll(registry.host, server.host));
    const { code } = await run('lock');
    const scopes = server.seen.filter(({ path }) => path.startsWith('/token')).map(({ path }) => path);

    expect(code).toBe(0);
    expect(scopes).toEqual([expect.stringMatching(/scope=repository%3Aapp%3Apull(?:&|$)/)]);
  });

  it('writes nothing when nothing changed, and asks for nothing that is pinned', async () => {
    await run('lock');
    const before = statSync(lockPath());
    registry.clearRequests();
    const { code, stdout } = await run('lock');

    expect({ code, stdout }).toEqual({ code: 0, stdout: 'manifests.lock.yaml: 2 as before\n' });
    expect(statSync(lockPath()).ino).toBe(before.ino);
    expect(registry.requests).toEqual([]);
  });

  it('keeps pins of sources that moved, until told to update them', async () => {
    await run('lock');
    const [amd64, arm64] = [await rebuild('amd64'), await rebuild('arm64')];
    const kept = await run('lock');
    const before = [...readLock().sources.values()];
    const updated = await run('lock', '--update', '**/app:ci-arm64');

    expect(kept.stdout).toContain('2 as before');
    expect(before).not.toContain(arm64);
    expect(updated.stdout).toMatch(/: 1 updated, 1 as before\n~ \S+\/app:ci-arm64 {3}[0-9a-f]{7} → [0-9a-f]{7}/);
    expect([...readLock().sources.values()]).toContain(arm64);
    expect([...readLock().sources.values()]).not.toContain(amd64);
    expect((await run('lock', '--update')).stdout).toContain('1 updated, 1 as before');
    expect([...readLock().sources.values()]).toEqual([amd64, arm64]);
  });

  it('drops pins that the config does not need any more', async () => {
    await run('lock');
    writeConfig(folder, configFor('[linux/amd64]'));
    const { stdout } = await run('lock');

    expect(stdout).toContain('1 dropped, 1 as before');
    expect(names(readLock().sources)).toEqual(['app:ci-amd64']);
  });

  it('pins what it can when a source is not there, and fails', async () => {
    writeConfig(folder, configFor('[linux/amd64, linux/s390x]'));
    const { code, stdout } = await run('lock');

    expect(code).toBe(1);
    expect(stdout).toContain('app:ci-s390x does not exist');
    expect(names(readLock().sources)).toEqual(['app:ci-amd64']);
  });

  it('refuses a glob that matches nothing, and asks no registry', async () => {
    registry.clearRequests();
    const { code } = await run('lock', '--update', 'ghcr.io/**');

    expect(code).toBe(64);
    expect(registry.requests).toEqual([]);
    expect(existsSync(lockPath())).toBe(false);
  });

  it('tells programs what it did', async () => {
    const { stdout } = await run('lock', '-O', 'json');

    expect(JSON.parse(stdout)).toEqual({
      lockFile: 'manifests.lock.yaml',
      check: false,
      written: true,
      sources: [...readLock().sources].map(([name, after]) => ({ name, status: 'pinned', before: null, after })),
      tags: [],
      failures: [],
    });
  });

  it('writes beside the config, or where it is told to', async () => {
    mkdirSync(join(folder, 'sub'));
    const { stdout } = await runHere(['lock', '-f', '../manifests.yaml'], { cwd: join(folder, 'sub'), home });
    await run('lock', '--lock-file', 'sub/other.yaml');

    expect(stdout).toContain(`${lockPath()}: 2 pinned`);
    expect(readFileSync(join(folder, 'sub/other.yaml'), 'utf8')).toBe(readFileSync(lockPath(), 'utf8'));
  });

  it('writes into the working directory when the config comes from standard input', async () => {
    mkdirSync(join(folder, 'sub'));
    const input = configFor('[linux/amd64]');
    const { stdout } = await plait(join(folder, 'sub'), ['lock', '-f', '-'], { input });

    expect(stdout).toContain('manifests.lock.yaml: 1 pinned');
    expect(existsSync(join(folder, 'sub/manifests.lock.yaml'))).toBe(true);
    expect(existsSync(lockPath())).toBe(false);
  });
});

describe('plait lock --check', () => {
  it('is content with a lock file that is up to date', async () => {
    await run('lock');

    expect(await run('lock', '--check')).toMatchObject({ code: 0, stdout: 'manifests.lock.yaml: 2 as pinned\n' });
  });

  it('finds pins that are missing', async () => {
    const { code, stdout } = await run('lock', '--check');

    expect(code).toBe(2);
    expect(stdout).toContain('2 not pinned');
    expect(existsSync(lockPath())).toBe(false);
  });

  it('finds pins that nothing needs', async () => {
    await run('lock');
    writeConfig(folder, configFor('[linux/amd64]'));

    expect(await run('lock', '--check')).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('1 not needed, 1 as pinned'),
    });
  });

  it('finds sources that moved, from what to what, and changes nothing', async () => {
    await run('lock');
    const before = readFileSync(lockPath(), 'utf8');
    const digest = await rebuild('arm64');
    const { code, stdout } = await run('lock', '--check', '-O', 'json');
    const { sources } = JSON.parse(stdout) as { sources: unknown[] };

    expect(code).toBe(2);
    expect(sources).toContainEqual({
      name: `${registry.host}/app:ci-arm64`,
      status: 'moved',
      before: readLock().sources.get(`${registry.host}/app:ci-arm64`),
      after: digest,
    });
    expect(readFileSync(lockPath(), 'utf8')).toBe(before);
  });

  it('finds pinned digests that are gone', async () => {
    writeLock({ sources: { 'app:ci-amd64': computeDigest(Buffer.from('gone')) } });

    expect((await run('lock', '--check')).stdout).toMatch(/: 1 not pinned, 1 gone\n! \S+\/app:ci-amd64/);
  });

  it('cannot tell of a registry that does not answer', async () => {
    await run('lock');
    await registry.close();

    expect(await run('lock', '--check')).toMatchObject({ code: 1 });
  });

  it('does not go together with an update', async () => {
    expect(await run('lock', '--check', '--update')).toMatchObject({ code: 64 });
  });
});

interface LockText {
  readonly sources?: Readonly<Record<string, Digest>>;
  readonly tags?: Readonly<Record<string, Digest>>;
}

function writeLock({ sources = {}, tags = {} }: LockText): void {
  const toMap = (entries: Readonly<Record<string, Digest>>) =>
    new Map(Object.entries(entries).map(([name, digest]) => [`${registry.host}/${name}`, digest]));
  writeFileSync(lockPath(), formatLockFile({ sources: toMap(sources), tags: toMap(tags) }));
}

describe('a lock file that is enforced', () => {
  it('is so without a flag, and holds the sources where they were', async () => {
    await run('lock');
    const pinned = [...readLock().sources.values()];
    await rebuild('arm64');
    registry.clearRequests();
    const { changes, config } = await planJson();

    expect(changes[0]?.platforms.map(({ after }) => after)).toEqual(pinned);
    expect(sourceRequests()).toEqual([]);
    expect(config.lockSha256).toBe(computeDigest(readFileSync(lockPath())).slice('sha256:'.length));
  });

  it('is ignored with --lock off', async () => {
    await run('lock');
    const digest = await rebuild('arm64');
    const { changes, config } = await planJson('--lock', 'off');

    expect(changes[0]?.platforms.map(({ after }) => after)).toContain(digest);
    expect(config.lockSha256).toBeNull();
    expect(changes[0]?.class).toBeUndefined();
  });

  it('holds back only the image whose source it does not have', async () => {
    writeConfig(
      folder,
      configFor(
        '[linux/amd64]',
        `  - { target: "${registry.host}/new", tags: ["1"], from: "${registry.host}/app:x" }\n`,
      ),
    );
    writeLock({ sources: { 'app:ci-amd64': await rebuild('amd64') } });
    const { code, stdout } = await run('plan');

    expect(code).toBe(1);
    expect(stdout).toContain('Plan: 1 to create; 1 unreadable');
    expect(stdout).toMatch(/\? \S+\/app:x {3}is not in the lock file/);
    expect(stdout).toContain('hint: pin it with  plait lock');
  });

  it('says what to do about a pinned digest that is gone', async () => {
    writeConfig(folder, configFor('[linux/amd64]'));
    writeLock({ sources: { 'app:ci-amd64': computeDigest(Buffer.from('gone')) } });
    const { code, stdout } = await run('plan');

    expect(code).toBe(1);
    expect(stdout).toContain(`plait lock --update ${registry.host}/app:ci-amd64`);
  });

  it('must be there when it is asked for', async () => {
    registry.clearRequests();

    expect(await run('plan', '--lock', 'enforce')).toMatchObject({ code: 64 });
    expect(await run('plan', '--lock-file', 'typo.yaml')).toMatchObject({ code: 64 });
    expect(registry.requests).toEqual([]);
  });

  it.each([
    ['a merge conflict', (path: string) => writeFileSync(path, '<<<<<<< HEAD\nversion: 1\n')],
    ['a folder', (path: string) => mkdirSync(path)],
  ])('ends the run before a registry is asked when it cannot be used: %s', async (_what, make) => {
    make(lockPath());
    registry.clearRequests();
    const { code, stderr } = await run('plan');

    expect(code).toBe(64);
    expect(stderr).toContain('LOCK_INVALID');
    expect(registry.requests).toEqual([]);
  });

  it('learns what apply publishes', async () => {
    await run('lock');
    const { sources } = readLock();
    const { code, stderr } = await run('apply', '--yes');

    expect(code).toBe(0);
    expect(stderr).toContain('manifests.lock.yaml');
    expect(names(readLock().tags)).toEqual(['app:1.0.0', 'app:latest']);
    expect(readLock().sources).toEqual(sources);
    expect((await planJson()).unchanged[0]?.tags).toEqual(
      [...readLock().tags].map(([name, digest]) => ({
        name: name.split(':').at(-1),
        digest,
        platforms: ['linux/amd64', 'linux/arm64'],
      })),
    );
  });
});

describe('a lock file that is recorded', () => {
  const record = (...args: readonly string[]) => run('apply', '--yes', '--lock', 'record', ...args);

  it('is made by apply: the sources used and the tags published', async () => {
    const { code } = await record();

    expect(code).toBe(0);
    expect(names(readLock().sources)).toEqual(['app:ci-amd64', 'app:ci-arm64']);
    expect(names(readLock().tags)).toEqual(['app:1.0.0', 'app:latest']);
    expect(readdirSync(folder).sort((a, b) => a.localeCompare(b))).toEqual(['manifests.lock.yaml', 'manifests.yaml']);
  });

  it('is not touched by a second apply that has nothing to do', async () => {
    await record();
    const before = statSync(lockPath());
    const { stderr } = await record();

    expect(statSync(lockPath()).ino).toBe(before.ino);
    expect(stderr).toBe('');
  });

  it('is not touched by plan and by a dry run', async () => {
    await run('plan', '--lock', 'record');
    await run('apply', '--dry-run', '--lock', 'record');

    expect(existsSync(lockPath())).toBe(false);
  });

  it('tells of sources that moved, and takes them', async () => {
    await record();
    const digest = await rebuild('arm64');
    const { stdout } = await record();

    expect(stdout).toMatch(/Note: source moved: \S+\/app:ci-arm64 {3}[0-9a-f]{7} → [0-9a-f]{7}\n/);
    expect([...readLock().sources.values()]).toContain(digest);
  });

  it('learns after a partial failure what was done, and nothing else', async () => {
    writeConfig(
      folder,
      configFor(
        '[linux/amd64]',
        `  - { target: "${registry.host}/new", tags: ["1"], from: "${registry.host}/app:x" }\n`,
      ),
    );
    const { code } = await record();

    expect(code).toBe(5);
    expect(names(readLock().sources)).toEqual(['app:ci-amd64']);
    expect(names(readLock().tags)).toEqual(['app:1.0.0', 'app:latest']);
  });

  it('learns from a plan that was saved to be recorded', async () => {
    const planned = await run('plan', '--lock', 'record', '-o', 'plan.json');
    const applied = await run('apply', 'plan.json');

    expect([planned.code, applied.code]).toEqual([0, 0]);
    expect(names(readLock().sources)).toEqual(['app:ci-amd64', 'app:ci-arm64']);
    expect(names(readLock().tags)).toEqual(['app:1.0.0', 'app:latest']);
  });

  it('is asked for in the environment too', async () => {
    const { code } = await plait(folder, ['apply', '--yes'], { env: { PLAIT_LOCK: 'record' } });

    expect(code).toBe(0);
    expect(names(readLock().tags)).toEqual(['app:1.0.0', 'app:latest']);
  });

  it('must be writable before anything is', async () => {
    registry.clearRequests();
    const { code } = await record('--lock-file', 'nowhere/lock.yaml');

    expect(code).toBe(64);
    expect(registry.requests).toEqual([]);
  });

  it('holds what several runs at the same time have published', async () => {
    const targets = ['a', 'b', 'c', 'd', 'e', 'f'];
    writeConfig(
      folder,
      `version: 1\nimages:\n${targets
        .map((name) => `  - { target: "${registry.host}/${name}", tags: ["1"], from: "${registry.host}/many:1" }\n`)
        .join('')}`,
    );
    await seedIndex();
    const runs = await Promise.all(
      targets.map((name) =>
        plait(folder, ['apply', '--yes', '--lock', 'record', '--target', `${registry.host}/${name}:1`]),
      ),
    );

    expect(runs.map(({ code }) => code)).toEqual(targets.map(() => 0));
    expect(names(readLock().tags)).toEqual(targets.map((name) => `${name}:1`));
    expect(names(readLock().sources)).toEqual(['many:1']);
    expect(existsSync(`${lockPath()}.busy`)).toBe(false);
  });

  async function seedIndex(): Promise<void> {
    const builder = makeProject(
      configFor('[linux/amd64, linux/arm64]').replaceAll('/app\n', '/many\n').replace('"1.0.0", latest', '"1"'),
    );
    await runHere(['apply', '--yes'], { cwd: builder, home });
  }
});

describe('the class of a change', () => {
  const LIVE = '[linux/amd64, linux/arm64]';

  async function classOf(...args: readonly string[]): Promise<string | undefined> {
    const { changes, blocked } = await planJson(...args);
    return [...changes, ...blocked][0]?.class;
  }

  it('is pending for what is new', async () => {
    await run('lock');

    expect(await classOf()).toBe('pending');
  });

  it('is pending when only the config changed', async () => {
    await run('lock');
    await run('apply', '--yes');
    writeConfig(folder, configFor(LIVE, '    annotations: { a: b }\n'));

    expect(await classOf()).toBe('pending');
  });

  it('is drift when someone moved the tag', async () => {
    await run('lock');
    await run('apply', '--yes');
    await seed(registry, 'app:latest', { platform: 'linux/amd64', text: 'by hand' });

    expect(await classOf()).toBe('drift');
    expect((await run('plan')).stdout).toMatch(/update, drift|drift, blocked/);
  });

  it('is a conflict when someone moved the tag and the config changed', async () => {
    await run('lock');
    await run('apply', '--yes');
    await seed(registry, 'app:latest', { platform: 'linux/amd64', text: 'by hand' });
    writeConfig(folder, configFor(LIVE, '    annotations: { a: b }\n'));

    expect(await classOf()).toBe('conflict');
  });

  it('is adopt when the tag was there before the lock file', async () => {
    await run('apply', '--yes');
    await run('lock');
    writeConfig(folder, configFor(LIVE, '    annotations: { a: b }\n'));

    expect(await classOf()).toBe('adopt');
  });
});
