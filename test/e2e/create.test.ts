import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildImage, buildIndex } from '../../src/playground/images.ts';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { pushIndex } from '../support/push-content.ts';
import { runHere } from '../support/run-here.ts';
import { hasTerminal, runOnTerminal } from '../support/run-on-terminal.ts';
import { isWrite } from '../support/scenario.ts';
import { makeTempDir } from '../support/temp-dir.ts';

let playground: Playground;
let folder: string;
beforeAll(async () => {
  playground = await startPlayground({ seed: true });
  return () => playground.close();
});
beforeEach(() => {
  folder = makeTempDir();
  playground.clearRequests();
});

const at = (name: string) => `${playground.host}/${name}`;
const build = (name: string) => at(`demo/builds/${name}`);
const run = (...args: readonly string[]) => runHere(args, { cwd: folder, home: folder });
const writes = () => playground.requests.filter(({ method, path }) => isWrite(`${method} ${path}`));

interface Entry {
  readonly digest: string;
  readonly platform: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

async function readIndex(name: string) {
  const [repository = '', tag = ''] = name.split(':');
  const response = await fetch(`${playground.url}/v2/${repository}/manifests/${tag}`, { headers: { accept: '*/*' } });
  return (await response.json()) as {
    readonly mediaType: string;
    readonly manifests: readonly Entry[];
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** `linux/arm/v7` of every entry. */
async function readPlatforms(name: string): Promise<readonly string[]> {
  const { manifests } = await readIndex(name);
  return manifests.map(({ platform: { os, architecture, variant, 'os.version': version } }) =>
    [version === undefined ? os : `${os}(${version})`, architecture, ...(variant === undefined ? [] : [variant])].join(
      '/',
    ),
  );
}

describe('plait create', () => {
  it('publishes images under all tags, each for the platform that it names', async () => {
    const { code, stdout } = await run(
      'create',
      '--yes',
      at('out/plain:1.0.0'),
      '-t',
      '1.0',
      '--tag',
      'latest',
      build('hello:1.0.0-amd64'),
      build('hello:1.0.0-arm-v7'),
      build('hello-windows:1.0.0-ltsc2022'),
    );

    expect(code).toBe(0);
    expect(stdout).toContain('Plan: 1 to create');
    expect(stdout).toContain('Apply: 3 tags moved');
    expect(await readPlatforms('out/plain:latest')).toEqual([
      'linux/amd64',
      'linux/arm/v7',
      'windows(10.0.20348.2227)/amd64',
    ]);
  });

  it('does nothing the second time, and asks for each source once', async () => {
    const args = ['create', '--yes', at('out/again:1'), build('hello:1.0.0-amd64'), build('hello:1.0.0-arm64')];
    await run(...args);
    playground.clearRequests();
    const { code, stdout } = await run(...args);

    expect(code).toBe(0);
    expect(stdout).toContain('Plan: nothing to do; 1 unchanged');
    expect(playground.requests.map(({ method }) => method)).toEqual(['HEAD', 'HEAD', 'HEAD']);
  });

  it('takes all images of an index, with their attestations, and that of an index of one as an image', async () => {
    const arm = build('attested:1.0.0-arm64');
    await run('create', '--yes', at('out/whole:1'), build('attested:1.0.0'), build('hello:1.0.0-arm-v7'));
    await run('create', '--yes', at('out/one:1'), arm, '--annotate', `${arm}=linux/arm64/v9`);

    expect(await readPlatforms('out/whole:1')).toEqual([
      'linux/amd64',
      'linux/arm64',
      'linux/arm/v7',
      'unknown/unknown',
      'unknown/unknown',
    ]);
    expect(await readPlatforms('out/one:1')).toEqual(['linux/arm64/v9', 'unknown/unknown']);
  });

  it('trusts an index that says of an image another platform than the image itself', async () => {
    const image = buildImage({ platform: { os: 'linux', architecture: 'amd64' }, text: 'odd', format: 'oci' });
    const other = buildImage({ platform: { os: 'linux', architecture: 's390x' }, text: 'even', format: 'oci' });
    const relabelled = {
      ...image,
      descriptor: { ...image.descriptor, platform: { os: 'linux', architecture: 'riscv64' } },
    };
    const { platform: _left, ...bare } = other.descriptor;
    const index = buildIndex({ images: [relabelled, { ...other, descriptor: bare }], format: 'oci' });
    await pushIndex({ url: playground.url, repository: 'out/odd', tag: 'source' }, index);
    const { code } = await run('create', '--yes', at('out/odd:1'), at('out/odd:source'));

    expect(code).toBe(0);
    expect(await readPlatforms('out/odd:1')).toEqual(['linux/riscv64', 'linux/s390x']);
  });

  it('publishes an image for the platform that --annotate names', async () => {
    const windows = build('hello-windows:1.0.0-ltsc2022');
    const amd64 = build('hello:1.0.0-amd64');
    const { code } = await run(
      'create',
      '--yes',
      at('out/said:1'),
      windows,
      amd64,
      '--annotate',
      `${windows}=windows(10.0.26100.1)/amd64`,
      '--annotate',
      `${amd64}=linux/riscv64`,
    );

    expect(code).toBe(0);
    expect(await readPlatforms('out/said:1')).toEqual(['windows(10.0.26100.1)/amd64', 'linux/riscv64']);
  });

  it('annotates the index, and makes one of the media type that is asked for', async () => {
    const classic = [build('classic:1.0.0-amd64'), build('classic:1.0.0-arm64v8')];
    await run('create', '--yes', at('out/noted:1'), '--annotation', 'a.b=c=d', build('hello:1.0.0-amd64'));
    await run('create', '--yes', at('out/docker:1'), '--media-type', 'docker', ...classic);
    const noted = await readIndex('out/noted:1');
    const docker = await readIndex('out/docker:1');

    expect(noted).toMatchObject({
      mediaType: 'application/vnd.oci.image.index.v1+json',
      annotations: { 'a.b': 'c=d' },
    });
    expect(docker.mediaType).toBe('application/vnd.docker.distribution.manifest.list.v2+json');
  });

  it('removes no platform of a live tag without a word, and keeps them with --amend', async () => {
    const tag = at('out/guarded:1');
    await run('create', '--yes', tag, build('hello:1.0.0-amd64'), build('hello:1.0.0-arm64'));
    playground.clearRequests();
    const blocked = await run('create', '--yes', tag, build('hello:1.1.0-amd64'));
    const written = writes();
    const amended = await run('create', '--yes', '--amend', tag, build('hello:1.1.0-amd64'));
    const kept = await readPlatforms('out/guarded:1');
    const allowed = await run('create', '--yes', '--allow', `platform-removal=${tag}`, tag, build('hello:1.1.0-amd64'));

    expect([blocked.code, written]).toEqual([3, []]);
    expect(blocked.stdout).toContain(`--allow platform-removal=${tag}`);
    expect([amended.code, kept]).toEqual([0, ['linux/amd64', 'linux/arm64']]);
    expect([allowed.code, await readPlatforms('out/guarded:1')]).toEqual([0, ['linux/amd64']]);
  }, 30_000);

  it('shows on a dry run what it would do, and writes nothing', async () => {
    const args = [at('out/dry:1'), build('hello:1.0.0-amd64')];
    const { code, stdout } = await run('create', '--dry-run', '--detailed-exitcode', ...args);
    const json = await run('create', '--dry-run', '-O', 'json', ...args);

    expect([code, writes()]).toEqual([2, []]);
    expect(stdout).toContain('Plan: 1 to create');
    expect(JSON.parse(json.stdout)).toMatchObject({ summary: { create: 1 }, changes: [{ id: at('out/dry:1') }] });
  });

  it('prints the result as JSON alone, the rest goes to standard error', async () => {
    const args = [at('out/json:1'), build('hello:1.0.0-amd64')];
    const { stdout, stderr } = await run('create', '--yes', '-O', 'json', '--result', 'result.json', ...args);

    expect(JSON.parse(stdout)).toMatchObject({ changes: [{ tags: [{ name: '1', status: 'done', before: null }] }] });
    expect(stderr).toContain('Plan: 1 to create');
    expect(JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'))).toEqual(JSON.parse(stdout));
  });

  it('needs a yes where nobody can answer', async () => {
    const { code, stderr } = await run('create', at('out/ask:1'), build('hello:1.0.0-amd64'));

    expect([code, writes(), playground.requests]).toEqual([64, [], []]);
    expect(stderr).toContain('--yes');
  });

  it.runIf(hasTerminal())('asks on a terminal', async () => {
    const args = ['create', at('out/ask:1'), build('hello:1.0.0-amd64')];
    const refused = await runOnTerminal(args, { cwd: folder, prompt: 'Only "yes" is taken as a yes: ', keys: 'no\n' });
    const written = writes();
    const agreed = await runOnTerminal(args, { cwd: folder, prompt: 'Only "yes" is taken as a yes: ', keys: 'yes\n' });

    expect([refused.code, written]).toEqual([0, []]);
    expect(agreed.code).toBe(0);
    expect(await readPlatforms('out/ask:1')).toEqual(['linux/amd64']);
  });
});

describe('plait create tells', () => {
  it.each<[string, readonly string[], number, string, string]>([
    ['every source that does not exist', ['hello:nope', 'nope:1'], 1, 'SOURCE_MISSING', 'nope:1 does not exist'],
    ['two images for one platform', ['hello:1.0.0-amd64', 'hello:1.1.0-amd64'], 1, 'PLATFORM_DUPLICATE', '--annotate'],
    ['an image that an index brings too', ['attested:1.0.0', 'hello:1.0.0-arm64'], 1, 'PLATFORM_DUPLICATE', 'attested'],
  ])('%s', async (_what, sources, exitCode, code, text) => {
    const { code: ended, stderr } = await run('create', '--yes', at('out/told:1'), ...sources.map(build));

    expect(ended).toBe(exitCode);
    expect(stderr).toContain(code);
    expect(stderr).toContain(text);
    expect(writes()).toEqual([]);
  });

  it('that a platform cannot be said of several images', async () => {
    const source = build('attested:1.0.0');
    const args = [at('out/told:1'), source, '--annotate', `${source}=linux/arm64`];
    const { code, stderr } = await run('create', '--yes', ...args);

    expect(code).toBe(64);
    expect(stderr).toContain('linux/amd64, linux/arm64');
  });

  it('that annotations do not go with a Docker list', async () => {
    const args = [at('out/told:1'), build('classic:1.0.0-amd64'), '--annotation', 'a=b', '--media-type', 'docker'];
    const { code, stderr } = await run('create', '--yes', ...args);

    expect([code, writes()]).toEqual([64, []]);
    expect(stderr).toContain('--media-type oci');
  });
});

describe('the config that plait create --emit prints', () => {
  it.each<[string, readonly string[], Readonly<Record<string, string>>, readonly string[]]>([
    ['images', ['hello:1.0.0-amd64', 'hello:1.0.0-arm-v7'], { 'hello:1.0.0-arm-v7': 'linux/ppc64le' }, ['--amend']],
    ['an index', ['attested:1.0.0'], {}, ['-t', 'latest', '--annotation', 'on=off']],
    [
      'all there is',
      ['attested:1.0.0', 'hello:1.0.0-arm-v7', 'hello-windows:1.0.0-ltsc2022'],
      { 'hello-windows:1.0.0-ltsc2022': 'linux/s390x', 'hello:1.0.0-arm-v7': 'linux/arm/v6' },
      ['--amend', '-t', '2', '-t', '3'],
    ],
    ['an index of one', ['attested:1.0.0-arm64'], { 'attested:1.0.0-arm64': 'linux/arm64' }, []],
    ['a Docker list', ['classic:1.0.0-amd64'], {}, ['--media-type', 'auto']],
  ])('is valid and plans the same: %s', async (_what, names, platforms, more) => {
    const annotate = Object.entries(platforms).flatMap(([name, platform]) => [
      '--annotate',
      `${build(name)}=${platform}`,
    ]);
    const args = [at('out/emitted:1'), ...names.map(build), ...annotate, ...more];
    const emitted = await run('create', '--emit', ...args);
    writeFileSync(join(folder, 'manifests.yaml'), emitted.stdout);
    const validated = await run('validate');
    const created = await run('create', '--dry-run', '-O', 'json', ...args);
    const planned = await run('plan', '-O', 'json');

    expect([emitted.code, validated.code, created.code, planned.code]).toEqual([0, 0, 0, 0]);
    expect(strip(planned.stdout)).toEqual(strip(created.stdout));
    expect(writes()).toEqual([]);
  });

  it('names the hosts that flags say how to reach', async () => {
    const { stdout } = await run(
      'create',
      '--emit',
      '--plain-http',
      playground.host,
      '--insecure-skip-verify',
      'b.example',
      at('out/emitted:1'),
      build('hello:1.0.0-amd64'),
    );

    expect(stdout).toContain(`${playground.host}:\n    plainHttp: true`);
    expect(stdout).toContain('b.example:\n    insecureSkipVerify: true');
  });

  it('takes no other output', async () => {
    const { code } = await run('create', '--emit', '-O', 'json', at('out/emitted:1'), build('hello:1.0.0-amd64'));

    expect(code).toBe(64);
  });
});

/** A plan without its times, its cost, and the place in a file. */
function strip(json: string): unknown {
  const {
    createdAt: _created,
    expiresAt: _expires,
    requests: _requests,
    checksum: _sum,
    ...plan
  } = JSON.parse(json) as {
    readonly [key: string]: unknown;
    readonly changes: readonly object[];
  };
  return { ...plan, changes: plan.changes.map((change) => ({ ...change, origin: '' })) };
}
