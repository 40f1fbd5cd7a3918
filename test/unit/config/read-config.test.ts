import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig, toStdinConfig } from '../../../src/config/read-config.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

function write(folder: string, name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

describe('reading a config file', () => {
  it('gives its text, its folder, and a path that is short below the working directory', async () => {
    const folder = makeTempDir();
    mkdirSync(join(folder, 'sub'));
    write(folder, 'sub/m.yaml', 'version: 1 # é\n');

    const source = await readConfig(join(folder, 'sub', 'm.yaml'), { workingDirectory: folder });

    expect(source).toEqual({
      path: 'sub/m.yaml',
      directory: join(folder, 'sub'),
      realPath: realpathSync(join(folder, 'sub', 'm.yaml')),
      text: 'version: 1 # é\n',
    });
  });

  it('takes paths relative to the working directory, and shows the others as absolute', async () => {
    const folder = makeTempDir();
    const path = write(folder, 'm.yaml', 'version: 1\n');
    mkdirSync(join(folder, 'm'));

    const source = await readConfig('../m.yaml', { workingDirectory: join(folder, 'm') });

    expect(source).toEqual({ path, directory: folder, realPath: realpathSync(path), text: 'version: 1\n' });
  });

  it('keeps a byte order mark, which is part of the text', async () => {
    const folder = makeTempDir();
    write(folder, 'm.yaml', '\uFEFFversion: 1\n');

    expect((await readConfig('m.yaml', { workingDirectory: folder })).text).toBe('\uFEFFversion: 1\n');
  });

  it('says that a file does not exist', async () => {
    const folder = makeTempDir();
    write(folder, 'm.yaml', '');

    await expect(readConfig('none.yaml', { workingDirectory: folder })).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
    });
    await expect(readConfig('m.yaml/none.yaml', { workingDirectory: folder })).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
    });
  });

  it('refuses what is no text in UTF-8, no file, or too large', async () => {
    const folder = makeTempDir();
    write(folder, 'utf16.yaml', Buffer.from('\uFEFFversion: 1', 'utf16le'));
    write(folder, 'large.yaml', Buffer.alloc(10 * 1024 * 1024 + 1, '#'));
    write(folder, 'full.yaml', Buffer.alloc(10 * 1024 * 1024, '#'));

    await expect(readConfig('utf16.yaml', { workingDirectory: folder })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
    await expect(readConfig('large.yaml', { workingDirectory: folder })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
    await expect(readConfig('.', { workingDirectory: folder })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect((await readConfig('full.yaml', { workingDirectory: folder })).text).toHaveLength(10 * 1024 * 1024);
  });

  it('stops reading a device that has no end', async () => {
    await expect(readConfig('/dev/zero', { workingDirectory: '/' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('a config from standard input', () => {
  it('that is too large, or no text in UTF-8, is refused', () => {
    expect(() => toStdinConfig(undefined, '/work')).toThrow('standard input has more than 10485760 bytes');
    expect(() => toStdinConfig(Buffer.from([0xff, 0xfe]), '/work')).toThrow('standard input is not UTF-8 text');
  });

  it('is called - and has its paths relative to the working directory', () => {
    expect(toStdinConfig(Buffer.from('version: 1'), '/work')).toEqual({
      path: '-',
      directory: '/work',
      text: 'version: 1',
    });
  });
});
