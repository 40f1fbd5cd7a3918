import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assertWritable, writeWholeFile } from '../../../src/cli/write-file.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

function makePlace(): { readonly workingDirectory: string } {
  return { workingDirectory: makeTempDir() };
}

describe('a file that is to be written', () => {
  it('may be there or not', async () => {
    const place = makePlace();
    writeFileSync(join(place.workingDirectory, 'old.json'), '');
    await expect(assertWritable(place, ['old.json', 'new.json', undefined])).resolves.toBeUndefined();
  });

  it.each(['nowhere/plan.json', 'folder'])('is refused when it cannot be: %s', async (path) => {
    const place = makePlace();
    mkdirSync(join(place.workingDirectory, 'folder'));
    await expect(assertWritable(place, [path])).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('writing a file', () => {
  it('replaces what was there and leaves nothing else behind', async () => {
    const place = makePlace();
    writeFileSync(join(place.workingDirectory, 'plan.json'), 'an older and longer text');
    await writeWholeFile(place, 'plan.json', 'new');
    expect(readFileSync(join(place.workingDirectory, 'plan.json'), 'utf8')).toBe('new');
    expect(readdirSync(place.workingDirectory)).toEqual(['plan.json']);
  });

  it('writes into a pipe and does not replace it', async () => {
    const place = makePlace();
    const path = join(place.workingDirectory, 'pipe');
    execFileSync('mkfifo', [path]);
    const [text] = await Promise.all([readFile(path, 'utf8'), writeWholeFile(place, 'pipe', 'new')]);
    expect(text).toBe('new');
    expect(statSync(path).isFIFO()).toBe(true);
  });

  it('fails with a code of its own, since by then registries were contacted', async () => {
    await expect(writeWholeFile(makePlace(), 'nowhere/plan.json', 'x')).rejects.toMatchObject({
      code: 'OUTPUT_FAILED',
    });
  });
});

describe('writing a file in pieces', () => {
  const READ_ONLY_BY_OTHERS = 0o640;

  it('replaces what was there with all of them, and keeps its mode', async () => {
    const place = makePlace();
    const path = join(place.workingDirectory, 'plan.json');
    writeFileSync(path, 'old', { mode: READ_ONLY_BY_OTHERS });
    const pieces = Array.from(
      { length: 10_000 },
      (_, number) => `${number}: some text that fills more than one write\n`,
    );
    await writeWholeFile(place, 'plan.json', pieces);
    expect(readFileSync(path, 'utf8')).toBe(pieces.join(''));
    expect(statSync(path).mode & 0o777).toBe(READ_ONLY_BY_OTHERS);
    expect(readdirSync(place.workingDirectory)).toEqual(['plan.json']);
  });

  it('leaves what was there when it ends half-way, and nothing of its own', async () => {
    const place = makePlace();
    writeFileSync(join(place.workingDirectory, 'plan.json'), 'old');
    const pieces = function* () {
      yield 'x'.repeat(1_000_000);
      throw new Error('no more');
    };
    await expect(writeWholeFile(place, 'plan.json', pieces())).rejects.toMatchObject({ code: 'OUTPUT_FAILED' });
    expect(readFileSync(join(place.workingDirectory, 'plan.json'), 'utf8')).toBe('old');
    expect(readdirSync(place.workingDirectory)).toEqual(['plan.json']);
  });

  it('follows a link to the file that is meant', async () => {
    const place = makePlace();
    writeFileSync(join(place.workingDirectory, 'real.json'), 'old');
    symlinkSync('real.json', join(place.workingDirectory, 'link.json'));
    await writeWholeFile(place, 'link.json', ['n', 'ew']);
    expect(readFileSync(join(place.workingDirectory, 'real.json'), 'utf8')).toBe('new');
    expect(readdirSync(place.workingDirectory)).toEqual(['link.json', 'real.json']);
  });
});
