import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildImage, buildIndex } from '../../src/playground/images.ts';
import type { Playground } from '../../src/playground/server.ts';
import { startPlayground } from '../../src/playground/server.ts';
import { listLiveShapes, pushShape } from '../support/live-shapes.ts';
import { pushIndex } from '../support/push-content.ts';
import { runHere } from '../support/run-here.ts';
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
const run = (...args: readonly string[]) => runHere(args, { cwd: folder, home: folder });
const writes = () => playground.requests.filter(({ method, path }) => isWrite(`${method} ${path}`));

describe('plait import of live tags', () => {
  it.each(listLiveShapes().map((shape) => [shape.title, shape] as const))(
    'writes %s down so that a plan is empty',
    async (title, shape) => {
      const repository = `shapes/${title.toLowerCase().replaceAll(' ', '-')}`;
      await pushShape(playground.url, repository, shape, '1.0');
      playground.clearRequests();

      for (const pin of [[], ['--pin'], ['--no-pin']]) {
        const imported = await run('import', at(`${repository}:1.0`), ...pin);
        writeFileSync(join(folder, 'manifests.yaml'), imported.stdout);
        const planned = await run('plan', '--detailed-exitcode');

        expect(imported.code).toBe(0);
        expect(planned.stdout).toContain('nothing to do; 1 unchanged');
        expect(planned.code).toBe(0);
        if (pin.length === 0) for (const word of shape.says) expect(imported.stdout).toContain(word);
      }
      expect(writes()).toEqual([]);
    },
  );
});

describe('plait import of a repository', () => {
  const builds = (name: string) => at(`demo/builds/hello:${name}`);

  it('finds the pattern among sibling tags and leaves out what the images are made of', async () => {
    await run(
      'create',
      '--yes',
      at('demo/builds/hello:1.1.0'),
      '-t',
      '1.1',
      '-t',
      'latest',
      ...['amd64', 'arm64', 'arm-v7'].map((arch) => builds(`1.1.0-${arch}`)),
    );
    playground.clearRequests();

    const { code, stdout, stderr } = await run('import', at('demo/builds/hello'));

    expect(code).toBe(0);
    expect(stdout).toContain('tags: ["1.1", 1.1.0, latest]');
    expect(stdout).toContain(`source: ${at('demo/builds/hello:1.1.0-{arch}{-variant}')}`);
    expect(stdout).toContain('# yaml-language-server: $schema=manifests.schema.json');
    expect(stderr).toContain('3 tags that other images are made of');
    expect(stdout.match(/target:/g)).toHaveLength(1);
    expect(writes()).toEqual([]);
  });

  it('finds the images in another repository that is named, or a pattern of repositories', async () => {
    await run('create', '--yes', at('out/named:1.0.0'), builds('1.0.0-amd64'), builds('1.0.0-arm64'));
    const named = await run('import', at('out/named'), '--sources', at('demo/builds/hello'));
    for (const arch of ['amd64', 'arm64'])
      await run('create', '--yes', at(`out/app-${arch}:1.0.0`), builds(`1.0.0-${arch}`));
    const pattern = await run('import', at('out/named'), '--sources', at('out/app-{arch}'));

    expect(named.stdout).toContain(`source: ${at('demo/builds/hello:1.0.0-{arch}')}`);
    expect(pattern.stdout).toContain(`source: ${at('out/app-{arch}:1.0.0')}`);
  });

  it('takes single images, and the tags that others are made of, with --all', async () => {
    const { code, stdout } = await run('import', at('demo/vendor/tool'), '--all');
    writeFileSync(join(folder, 'manifests.yaml'), stdout);
    const planned = await run('plan', '--detailed-exitcode');

    expect(code).toBe(0);
    expect(stdout.match(/as: copy/g)).toHaveLength(2);
    expect(planned.code).toBe(0);
  });

  it('says what it found where there is nothing to declare', async () => {
    const { code, stdout, stderr } = await run('import', at('demo/vendor/tool'));

    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('2 tags of a single image, which --all takes');
    expect(stderr).toContain('IMPORT_EMPTY');
  });

  it('leaves a tag out whose image is gone, and writes the others', async () => {
    const images = (['linux/amd64', 'linux/arm64'] as const).map((platform) =>
      buildImage({ platform: { os: 'linux', architecture: platform.slice(6) }, text: 'gone', format: 'oci' }),
    );
    const index = buildIndex({ images, format: 'oci' });
    await pushIndex({ url: playground.url, repository: 'out/gone', tag: '1' }, index);
    await run('create', '--yes', at('out/gone:2'), builds('1.0.0-amd64'));
    const [, arm64] = images;
    await fetch(`${playground.url}/v2/out/gone/manifests/${arm64?.manifest.digest ?? ''}`, { method: 'DELETE' });

    const { code, stdout, stderr } = await run('import', at('out/gone'));

    expect(code).toBe(1);
    expect(stdout).toContain('tags: ["2"]');
    expect(stdout).not.toContain('tags: ["1"]');
    expect(stderr).toContain('its image of linux/arm64 is gone');
  });

  it.each([
    ['a repository without tags', ['import', 'out/nothing'], 1],
    ['a tag that is not there', ['import', 'demo/vendor/tool:9'], 1],
    ['tags that none matches', ['import', 'demo/vendor/tool', '--tags', 'x*'], 1],
    ['a digest', ['import', `demo/vendor/tool@sha256:${'1'.repeat(64)}`], 64],
    ['nothing', ['import'], 64],
    ['two things at once', ['import', 'demo/vendor/tool', '--script', 'x.sh'], 64],
    ['a flag of another source', ['import', 'demo/vendor/tool', '--online'], 64],
    ['a script that is not there', ['import', '--script', 'x.sh'], 64],
    ['a spec that is not there', ['import', '--manifest-tool', 'x.yaml'], 64],
  ])('refuses %s', async (_what, args, expected) => {
    const { code, stdout } = await run(
      ...args.map((word) => (word.startsWith('demo') || word.startsWith('out') ? at(word) : word)),
    );

    expect(code).toBe(expected);
    expect(stdout).toBe('');
  });
});

describe('the file that plait import writes', () => {
  const args = () => ['import', at('demo/builds/hello:1.0.0-amd64'), '-o', 'out.yaml'];
  const readOut = () => readFileSync(join(folder, 'out.yaml'), 'utf8');

  it('is what it prints without one', async () => {
    const { stdout } = await run(...args().slice(0, 2));
    const written = await run(...args());

    expect(written).toMatchObject({ code: 0, stdout: '' });
    expect(readOut()).toBe(stdout);
  });

  it('replaces another one with --overwrite only, and asks nobody before', async () => {
    writeFileSync(join(folder, 'out.yaml'), 'mine\n');
    playground.clearRequests();
    const refused = await run(...args());
    const kept = readOut();
    const requests = playground.requests.length;
    const written = await run(...args(), '--overwrite');

    expect(refused.code).toBe(64);
    expect(kept).toBe('mine\n');
    expect(requests).toBe(0);
    expect(written.code).toBe(0);
    expect(readOut()).toContain('version: 1');
  });
});

describe('plait import of what another tool was told', () => {
  const SCRIPT =
    'docker manifest create H/out/s:1 H/demo/builds/hello:1.0.0-amd64 H/demo/builds/hello:1.0.0-arm64\ndocker manifest push H/out/s:1\n';
  const SPEC =
    'image: H/out/m:1\ntags: [latest]\nmanifests:\n  - image: H/demo/builds/hello:1.0.0-amd64\n  - image: H/demo/builds/hello:1.0.0-armv7\n    platform: { os: linux, architecture: arm, variant: v7 }\n';

  it.each([
    ['a script', ['--script'], SCRIPT],
    ['a script, with a look at the registry', ['--online', '--script'], SCRIPT],
    ['a spec of manifest-tool', ['--manifest-tool'], SPEC],
    ['a spec of manifest-tool, with a look at the registry', ['--online', '--manifest-tool'], SPEC],
  ])('writes %s down so that it can be applied, and reads no registry unasked', async (_what, flags, text) => {
    writeFileSync(join(folder, 'old'), text.replaceAll('H/', `${playground.host}/`));
    const imported = await run('import', ...flags, 'old', '-o', 'manifests.yaml');
    const requests = playground.requests.length;
    const applied = await run('apply', '--yes');
    const planned = await run('plan', '--detailed-exitcode');

    expect(imported.code).toBe(0);
    expect(requests > 0).toBe(flags.includes('--online'));
    expect(applied.code).toBe(0);
    expect(planned.code).toBe(0);
  });

  it('runs nothing of a script', async () => {
    writeFileSync(
      join(folder, 's.sh'),
      'touch ran; X=$(touch ran2)\n`touch ran3`\ndocker manifest create H/a:$(touch ran4) H/b:arm\n',
    );
    const { code } = await run('import', '--script', 's.sh');

    expect(code).toBe(1);
    expect(() => readFileSync(join(folder, 'ran'))).toThrow('ENOENT');
    expect(() => readFileSync(join(folder, 'ran4'))).toThrow('ENOENT');
  });
});
