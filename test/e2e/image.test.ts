import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { run } from '../support/packed-package.ts';
import { runProgram } from '../support/run-program.ts';
import { makeTempDir } from '../support/temp-dir.ts';

const BUILD_MS = 400_000;
const { version } = packageJson;
const HERE = process.arch === 'arm64' ? 'arm64' : 'amd64';
/** Only root may change the root folder; others become root of a namespace for it. */
const ENTER: readonly [string, ...string[]] =
  process.getuid?.() === 0 ? ['chroot'] : ['unshare', '--map-root-user', 'chroot'];
const NEEDED = ['apt-get', 'skopeo'];
const found = await Promise.all(NEEDED.map((name) => runProgram(name, ['--version'], { timeoutMs: 10_000 })));
const canBuild = found.every(({ code }) => code === 0);

interface Index {
  readonly manifests: readonly { readonly digest: string; readonly platform: { readonly architecture: string } }[];
}

let registry: Playground;
const copy = (name: string) => join(folder, name);
const folder = makeTempDir();

/** Read by a program that shares no code with ours. */
async function inspect(tag: string): Promise<Index> {
  const reference = `docker://${registry.host}/acme/plait:${tag}`;
  return JSON.parse((await run('skopeo', ['inspect', '--raw', '--tls-verify=false', reference], folder)).stdout);
}

async function copyImage(architecture: string): Promise<{ readonly layers: readonly { readonly digest: string }[] }> {
  const from = `docker://${registry.host}/acme/plait:${version}`;
  const flags = ['copy', '--src-tls-verify=false', '--override-os', 'linux', '--override-arch', architecture];
  await run('skopeo', [...flags, from, `dir:${copy(architecture)}`], folder);
  return JSON.parse(readFileSync(join(copy(architecture), 'manifest.json'), 'utf8'));
}

// Debian's tools and skopeo are needed; with CI set their absence is a failure and no reason to leave this out.
describe.skipIf(!canBuild && !process.env.CI)('the image', () => {
  beforeAll(async () => {
    registry = await startPlayground({});
    const args = ['scripts/image.mjs', '--to', `${registry.host}/acme/plait`];
    const built = await runProgram(process.execPath, args, { timeoutMs: BUILD_MS });
    expect(built.stderr.split('\n').filter((line) => /error/i.test(line))).toEqual([]);
    expect(built.code).toBe(0);
  }, BUILD_MS);
  afterAll(() => registry?.close());

  it('is published by Plait under both tags, for two platforms', async () => {
    const [index, latest] = [await inspect(version), await inspect('latest')];
    expect(index.manifests.map(({ platform }) => platform.architecture)).toEqual(['amd64', 'arm64']);
    expect(latest).toEqual(index);
  });

  it('is whole for both platforms', async () => {
    const { layers } = await copyImage('arm64');
    expect(layers).toHaveLength(2);
    await run('tar', ['-tzf', join(copy('arm64'), layers[0]?.digest.slice(7) ?? '')], folder);
  });

  it('runs, with nothing but what is in it', async () => {
    const { layers } = await copyImage(HERE);
    const root = copy('root');
    mkdirSync(root);
    for (const { digest } of layers) await run('tar', ['-xzf', join(copy(HERE), digest.slice(7)), '-C', root], folder);
    const [program, ...flags] = ENTER;
    const args = [...flags, root, '/usr/local/bin/plait', '--version'];
    expect((await run(program, args, folder)).stdout).toBe(`${version}\n`);
    expect(readFileSync(join(root, 'usr/share/doc/plait/LICENSE'), 'utf8')).toContain('Apache License');
  });
});
