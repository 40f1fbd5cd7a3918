import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createIncludeReader } from '../../../src/config/include/file-reader.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

/** A folder with these files, links followed. */
function plant(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = realpathSync(makeTempDir());
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** What is found in `folder`: `path` of a file, or `path problem`. */
function find(folder: string, glob: string, directory = folder): readonly string[] {
  return createIncludeReader(folder)
    .find({ root: folder, directory, glob })
    .map((found) => (found.kind === 'file' ? found.source.path : `${found.path} ${found.problem}`));
}

describe('files to include', () => {
  it('are read with what tells them apart', () => {
    const folder = plant({ 'teams/a.yaml': 'version: 1 # é\n' });

    expect(
      createIncludeReader(folder).find({ root: folder, directory: join(folder, 'teams'), glob: './a.yaml' }),
    ).toEqual([
      {
        kind: 'file',
        source: {
          path: 'teams/a.yaml',
          directory: join(folder, 'teams'),
          realPath: join(folder, 'teams/a.yaml'),
          text: 'version: 1 # é\n',
        },
      },
    ]);
  });

  it('are found by globs, sorted', () => {
    const folder = plant({
      'teams/b/i.yaml': '',
      'teams/a/i.yaml': '',
      'teams/a/deep/i.yaml': '',
      'teams/i.yaml': '',
      'i.yaml': '',
    });

    expect(find(folder, 'teams/*/i.yaml')).toEqual(['teams/a/i.yaml', 'teams/b/i.yaml']);
    expect(find(folder, 'teams/**/i.yaml')).toEqual([
      'teams/a/deep/i.yaml',
      'teams/a/i.yaml',
      'teams/b/i.yaml',
      'teams/i.yaml',
    ]);
    expect(find(folder, 'teams/{a,c}/i.yaml')).toEqual(['teams/a/i.yaml']);
    expect(find(folder, '../?.yaml', join(folder, 'teams'))).toEqual(['i.yaml']);
  });

  it('are none when nothing is there', () => {
    const folder = plant({ 'a.yaml': '' });

    expect(find(folder, 'b.yaml')).toEqual([]);
    expect(find(folder, 'none/*.yaml')).toEqual([]);
    expect(find(folder, 'a.yaml/*.yaml')).toEqual([]);
    expect(find(join(folder, 'gone'), '*.yaml')).toEqual([]);
  });

  it('are hidden only for a glob that spells the dot out', () => {
    const folder = plant({ '.git/i.yaml': '', '.teams/i.yaml': '', '.i.yaml': '', 'a/i.yaml': '' });

    expect(find(folder, '**/*.yaml')).toEqual(['a/i.yaml']);
    expect(find(folder, '.teams/*.yaml')).toEqual(['.teams/i.yaml']);
    expect(find(folder, '.t*/*.yaml')).toEqual(['.teams/i.yaml']);
  });

  it('may be links, but not out of the folder', () => {
    const outside = plant({ 'secret.yaml': 'version: 1', 'in/i.yaml': 'version: 1' });
    const folder = plant({ 'real/i.yaml': 'version: 1' });
    symlinkSync(join(folder, 'real/i.yaml'), join(folder, 'link.yaml'));
    symlinkSync(join(folder, 'real'), join(folder, 'again'));
    symlinkSync(join(outside, 'secret.yaml'), join(folder, 'out.yaml'));
    symlinkSync(join(outside, 'in'), join(folder, 'outside'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'broken.yaml'));

    expect(find(folder, 'link.yaml')).toEqual(['link.yaml']);
    expect(find(folder, 'again/i.yaml')).toEqual(['again/i.yaml']);
    expect(find(folder, 'out.yaml')).toEqual(['out.yaml is a link that leads out of the folder']);
    expect(find(folder, 'outside/i.yaml')).toEqual(['outside/i.yaml is a link that leads out of the folder']);
    expect(find(folder, 'outside/*.yaml')).toEqual(['outside/*.yaml is a link that leads out of the folder']);
    expect(find(folder, '*.yaml')).toEqual([
      'broken.yaml does not exist',
      'link.yaml',
      'out.yaml is a link that leads out of the folder',
    ]);
  });

  it('are not looked for behind links to folders, which can make a ring', () => {
    const folder = plant({ 'a/i.yaml': '' });
    symlinkSync(folder, join(folder, 'a/ring'));

    expect(find(folder, '**/i.yaml')).toEqual(['a/i.yaml']);
    expect(find(folder, 'a/ring/a/*.yaml')).toEqual(['a/ring/a/i.yaml']);
  });

  it('must be texts of bounded size', () => {
    const folder = plant({
      'utf16.yaml': Buffer.from('\uFEFFversion: 1', 'utf16le'),
      'large.yaml': Buffer.alloc(10 * 1024 * 1024 + 1, 0x20),
      'folder.yaml/x': '',
    });

    expect(find(folder, 'utf16.yaml')).toEqual(['utf16.yaml is not UTF-8 text']);
    expect(find(folder, 'large.yaml')).toEqual(['large.yaml has more than 10485760 bytes']);
    expect(find(folder, 'folder.yaml')).toEqual(['folder.yaml is a folder']);
  });

  it.skipIf(process.platform === 'win32')('are not waited for when they are pipes', () => {
    const folder = plant({ 'a.yaml': '' });
    execFileSync('mkfifo', [join(folder, 'pipe.yaml')]);

    expect(find(folder, '*.yaml')).toEqual(['a.yaml', 'pipe.yaml is no regular file']);
  });
});
