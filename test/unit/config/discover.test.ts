import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { findConfig } from '../../../src/config/discover.ts';
import { runProgram } from '../../support/run-program.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

/** Writes files, by path below `folder`, and returns the folder. */
function plant(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

describe('the config file', () => {
  it('is found in the folder itself, .yaml before .yml', async () => {
    const folder = plant(makeTempDir(), { 'manifests.yaml': 'version: 1', 'manifests.yml': 'version: 1' });

    expect(await findConfig(folder)).toBe(join(folder, 'manifests.yaml'));
  });

  it('is found in a parent folder, the nearest one, up to the root of the repository', async () => {
    const root = plant(makeTempDir(), {
      '.git/HEAD': '',
      'manifests.yml': 'version: 1',
      'a/manifests.yaml': 'version: 1',
      'a/b/c/readme': '',
      'd/e/readme': '',
    });

    expect(await findConfig(join(root, 'a/b/c'))).toBe(join(root, 'a/manifests.yaml'));
    expect(await findConfig(join(root, 'd/e'))).toBe(join(root, 'manifests.yml'));
  });

  it('is not looked for above the root of the repository, which a worktree marks with a file', async () => {
    const outside = plant(makeTempDir(), { '.git/HEAD': '', 'manifests.yaml': 'version: 1', 'in/.git': 'gitdir: x' });

    expect(await findConfig(join(outside, 'in'))).toBeUndefined();
  });

  it('is looked for only in the folder itself outside of a repository', async () => {
    const outside = plant(makeTempDir(), { 'manifests.yaml': 'version: 1', 'in/readme': '' });

    expect(await findConfig(join(outside, 'in'))).toBeUndefined();
    expect(await findConfig(outside)).toBe(join(outside, 'manifests.yaml'));
  });

  it('is found when it is empty or no YAML, which is for the reader to say', async () => {
    const empty = plant(makeTempDir(), { 'manifests.yaml': '' });
    const broken = plant(makeTempDir(), { 'manifests.yaml': '{{{{' });

    expect(await findConfig(empty)).toBe(join(empty, 'manifests.yaml'));
    expect(await findConfig(broken)).toBe(join(broken, 'manifests.yaml'));
  });

  it('can be a link, but not a folder', async () => {
    const folder = plant(makeTempDir(), { 'real.yaml': 'version: 1', 'manifests.yaml/readme': '' });
    symlinkSync('real.yaml', join(folder, 'manifests.yml'));

    expect(await findConfig(folder)).toBe(join(folder, 'manifests.yml'));
  });

  it('is refused when it is a device, which has no end', async () => {
    const folder = makeTempDir();
    symlinkSync('/dev/zero', join(folder, 'manifests.yaml'));

    await expect(findConfig(folder)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('is refused before it is read when it is too large', async () => {
    const folder = plant(makeTempDir(), { 'manifests.yaml': '#'.repeat(10 * 1024 * 1024 + 1) });

    await expect(findConfig(folder)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

/** Runs a small program, which may import from the sources, with `folder` as its working directory. */
async function runIn(folder: string, program: string): Promise<string> {
  const outfile = join(makeTempDir(), 'program.mjs');
  await build({
    stdin: { contents: program, resolveDir: join(import.meta.dirname, '../../../src/config'), loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  const { stdout, stderr } = await runProgram(process.execPath, [outfile], { cwd: folder, timeoutMs: 60_000 });
  return `${stdout.toString()}${stderr}`.trim();
}

describe('a checked-out branch with planted files', () => {
  const RUN = "require('node:fs').writeFileSync(require('node:path').join(__dirname, 'ran'), '');";
  const RUN_MODULE = "import { writeFileSync } from 'node:fs'; writeFileSync(new URL('ran', import.meta.url), '');";

  /** Everything that the public cosmiconfig() would load or obey. Each file that runs leaves a file `ran` beside it. */
  function plantTraps(folder: string): string {
    const meta = { cosmiconfig: { searchPlaces: ['evil.js'], mergeSearchPlaces: true } };
    return plant(folder, {
      'package.json': JSON.stringify({ cosmiconfig: meta }),
      'package.yaml': JSON.stringify({ cosmiconfig: meta }),
      '.config/config.json': JSON.stringify(meta),
      '.config/config.yaml': JSON.stringify(meta),
      '.config/config.js': RUN,
      '.config/config.cjs': RUN,
      '.config/config.mjs': RUN_MODULE,
      '.config/config.ts': RUN_MODULE,
      '.config/manifestsrc.js': RUN,
      '.manifestsrc.js': RUN,
      'manifests.config.mjs': RUN_MODULE,
      'manifests.js': RUN,
      'manifests.mjs': RUN_MODULE,
      'evil.js': RUN,
    });
  }

  /** The folders in which something ran. */
  function listRuns(folder: string): readonly string[] {
    return ['.', '.config'].filter((place) => existsSync(join(folder, place, 'ran')));
  }

  const FIND = "import { findConfig } from './discover.ts'; console.log(await findConfig(process.cwd()));";

  it('runs none of them, nor in a parent folder', async () => {
    const root = plantTraps(makeTempDir());
    const folder = plantTraps(join(root, 'below'));
    plant(root, { '.git/HEAD': '' });

    const found = await runIn(folder, FIND);

    expect(found).toBe('undefined');
    expect([...listRuns(root), ...listRuns(folder)]).toEqual([]);
  });

  it('is not led astray by what they configure or import', async () => {
    const folder = plantTraps(makeTempDir());
    plant(folder, { 'manifests.yaml': '$import: evil.js\n' });

    const found = await runIn(folder, FIND);

    expect(found).toBe(join(folder, 'manifests.yaml'));
    expect(listRuns(folder)).toEqual([]);
  });

  it('would run them if cosmiconfig were called the usual way, so these tests can fail', async () => {
    const usual =
      "import { cosmiconfig } from 'cosmiconfig'; await cosmiconfig('manifests', { searchPlaces: [] }).search();";
    const folder = plantTraps(makeTempDir());
    const onlyCode = plant(makeTempDir(), { '.config/config.js': RUN });

    await runIn(folder, usual);
    await runIn(onlyCode, usual);

    expect(listRuns(folder)).toEqual(['.']);
    expect(listRuns(onlyCode)).toEqual(['.config']);
  });
});
