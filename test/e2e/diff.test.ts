import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { listLiveShapes, pushShape } from '../support/live-shapes.ts';
import { runHere } from '../support/run-here.ts';
import { isWrite } from '../support/scenario.ts';
import { makeTempDir } from '../support/temp-dir.ts';

let playground: Playground;
let folder: string;
beforeAll(async () => {
  playground = await startPlayground({ seed: true });
  const build = (name: string) => at(`demo/builds/${name}`);
  folder = makeTempDir();
  await run('create', '--yes', at('out/a:1'), build('hello:1.0.0-amd64'), build('hello:1.0.0-arm64'));
  await run(
    'create',
    '--yes',
    at('out/a:2'),
    build('hello:1.0.0-amd64'),
    build('hello:1.1.0-arm64'),
    build('hello:1.0.0-armv7'),
  );
  await run(
    'create',
    '--yes',
    at('out/a:noted'),
    '--annotation',
    'a.b=1',
    build('hello:1.0.0-amd64'),
    build('hello:1.0.0-arm64'),
  );
  return () => playground.close();
});
beforeEach(() => {
  folder = makeTempDir();
  playground.clearRequests();
});

const at = (name: string) => `${playground.host}/${name}`;
const run = (...args: readonly string[]) => runHere(args, { cwd: folder, home: folder });
const rowsOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('    '))
    .map((line) => line.trim().replaceAll(/[0-9a-f]{7}/g, '#'));

describe('plait diff of two references', () => {
  it('shows what a client of the second one sees otherwise', async () => {
    const { code, stdout } = await run('diff', at('out/a:1'), at('out/a:2'), '--detailed-exitcode');

    expect(code).toBe(2);
    expect(stdout).toContain('Diff: 1 different\n');
    expect(rowsOf(stdout)).toEqual(['~ linux/arm64    # → #', '+ linux/arm/v7             #', '(1 platform the same)']);
    expect(playground.requests.filter(({ method, path }) => isWrite(`${method} ${path}`))).toEqual([]);
  });

  it('shows a platform that is lost, and annotations', async () => {
    const lost = await run('diff', at('out/a:2'), at('out/a:1'));
    const noted = await run('diff', at('out/a:1'), at('out/a:noted'), '--show-unchanged');

    expect(lost.code).toBe(0);
    expect(rowsOf(lost.stdout)).toContain('- linux/arm/v7   #');
    expect(rowsOf(noted.stdout)).toEqual(['= linux/amd64   #', '= linux/arm64   #', '+ annotation a.b   "1"']);
  });

  it('says nothing of what is the same, and of bytes that mean the same', async () => {
    const [shape] = listLiveShapes();
    if (shape !== undefined) await pushShape(playground.url, 'out/b', shape, '1.0');
    await run(
      'create',
      '--yes',
      at('out/b:ours'),
      ...['amd64', 'arm64', 'arm-v7'].map((arch) => at(`out/b:1.0-${arch}`)),
    );

    const equal = await run('diff', at('out/a:1'), at('out/a:1'), '--detailed-exitcode');
    const spaced = await run('diff', at('out/b:1.0'), at('out/b:ours'), '--detailed-exitcode');

    expect(equal).toMatchObject({ code: 0, stdout: 'Diff: no difference\n' });
    expect(spaced.code).toBe(0);
    expect(spaced.stdout).toBe('Diff: no difference but in bytes that mean the same\n');
  });

  it('compares a single image with an index', async () => {
    const { stdout } = await run('diff', at('demo/builds/hello:1.0.0-amd64'), at('out/a:1'));

    expect(rowsOf(stdout)).toContain('+ linux/arm64   #');
    expect(stdout).toContain('media type');
  });

  it('prints it all for programs', async () => {
    const { code, stdout } = await run('diff', at('out/a:1'), at('out/a:2'), '-O', 'json');

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'references',
      same: false,
      comparisons: [{ platforms: [{ action: 'keep' }, { action: 'update' }, { action: 'add' }] }],
    });
  });

  it.each([
    ['a reference that is not there', ['out/a:9', 'out/a:1'], 1],
    ['something that is no reference', ['out/a:1', 'UPPER:'], 64],
    ['one side only', ['out/a:1'], 64],
  ])('refuses %s', async (_what, names, expected) => {
    const { code } = await run('diff', ...names.map((name) => (name.startsWith('out') ? at(name) : name)));

    expect(code).toBe(expected);
  });
});

describe('plait diff of two plans', () => {
  const save = async (name: string, images: readonly string[]) => {
    const text = `version: 1\nimages:\n${images.join('\n')}\n`.replaceAll('HOST', playground.host);
    writeFileSync(join(folder, 'manifests.yaml'), text);
    await run('plan', '-o', name);
  };
  const image = (tag: string, version: string, platforms: string) =>
    `  - { target: HOST/out/p, tags: ["${tag}"], platforms: [${platforms}], source: "HOST/demo/builds/hello:${version}-{arch}" }`;

  it('shows the tags for which the second one would do something else', async () => {
    await save('a.plan', [
      image('1', '1.0.0', 'linux/amd64, linux/arm64'),
      image('2', '1.0.0', 'linux/amd64'),
      image('3', '1.0.0', 'linux/amd64'),
    ]);
    await save('b.plan', [
      image('1', '1.1.0', 'linux/amd64'),
      image('2', '1.0.0', 'linux/amd64'),
      image('4', '1.0.0', 'linux/amd64'),
    ]);
    playground.clearRequests();

    const { code, stdout } = await run('diff', 'a.plan', 'b.plan', '--detailed-exitcode');
    const same = await run('diff', 'a.plan', 'a.plan', '--detailed-exitcode');

    expect(code).toBe(2);
    expect(stdout).toContain('Diff: 3 different, 1 the same');
    expect(rowsOf(stdout)).toEqual(expect.arrayContaining(['~ linux/amd64   # → #', '- linux/arm64   #']));
    expect(stdout).toContain('only in the first plan');
    expect(same).toMatchObject({ code: 0, stdout: 'Diff: no difference\n' });
    expect(playground.requests).toEqual([]);
  });

  it('knows what a tag held that one of them leaves alone', async () => {
    await save('a.plan', [image('1', '1.0.0', 'linux/amd64, linux/arm64')]);
    await run('apply', '--yes', 'a.plan');
    await save('b.plan', [image('1', '1.0.0', 'linux/amd64, linux/arm64')]);
    await save('c.plan', [image('1', '1.1.0', 'linux/amd64, linux/arm64')]);

    const settled = await run('diff', 'a.plan', 'b.plan', '--detailed-exitcode');
    const moved = await run('diff', 'b.plan', 'c.plan');

    expect(settled.code).toBe(0);
    expect(rowsOf(moved.stdout)).toEqual(['~ linux/amd64   # → #', '~ linux/arm64   # → #']);
  });

  it('says that one of them was edited', async () => {
    await save('a.plan', [image('1', '1.0.0', 'linux/amd64')]);
    const path = join(folder, 'a.plan');
    writeFileSync(join(folder, 'b.plan'), readFileSync(path, 'utf8').replace('"name": "1"', '"name": "2"'));
    const { code, stderr } = await run('diff', 'a.plan', 'b.plan');

    expect(code).toBe(0);
    expect(stderr).toMatch(/^Warning: the plan file was edited or damaged/);
  });

  it.each([
    ['a file that is no plan', ['manifests.yaml', 'a.plan']],
    ['a plan and a reference', ['a.plan', 'ghcr.io/acme/api:1']],
  ])('refuses %s', async (_what, names) => {
    await save('a.plan', [image('1', '1.0.0', 'linux/amd64')]);

    expect((await run('diff', ...names)).code).toBe(64);
  });
});
