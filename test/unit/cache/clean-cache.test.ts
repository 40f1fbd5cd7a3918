import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { cleanCache } from '../../../src/cache/clean-cache.ts';
import { openContentCache } from '../../../src/cache/content-cache.ts';
import { computeDigest } from '../../../src/oci/digest.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

const [ONE, TWO] = [new Uint8Array([1]), new Uint8Array(5000)];

let directory: string;
beforeEach(() => {
  directory = makeTempDir();
});

async function fill(): Promise<void> {
  const cache = openContentCache({ directory });
  for (const bytes of [ONE, TWO]) await cache.put(computeDigest(bytes), bytes);
}

describe('cleaning', () => {
  it('removes every entry and says how many and how large they were', async () => {
    await fill();

    expect(await cleanCache(directory)).toEqual({ entries: 2, bytes: 3 * 4096 });
    expect(readdirSync(directory)).toEqual([]);
  });

  it.each(['no-such-folder', '.'])('finds nothing in %s', async (name) => {
    expect(await cleanCache(join(directory, name))).toEqual({ entries: 0, bytes: 0 });
  });

  it('leaves everything else in the folder alone', async () => {
    await fill();
    const mine = ['content-v1.txt', 'content-v10', 'my content-v1', 'sha256'];
    for (const name of mine) writeFileSync(join(directory, name), '');
    await cleanCache(directory);

    expect(readdirSync(directory)).toEqual(mine);
  });

  it('removes what an interrupted clean-up left', async () => {
    const left = join(directory, 'content-v1.00000000-0000-4000-8000-000000000000', 'sha256', 'ab');
    mkdirSync(left, { recursive: true });
    writeFileSync(join(left, 'ab'.repeat(32)), 'x');

    expect(await cleanCache(directory)).toEqual({ entries: 1, bytes: 4096 });
    expect(readdirSync(directory)).toEqual([]);
  });

  it('unlinks a link and leaves what it leads to', async () => {
    const elsewhere = makeTempDir();
    writeFileSync(join(elsewhere, 'mine'), '');
    symlinkSync(elsewhere, join(directory, 'content-v1'));

    expect(await cleanCache(directory)).toEqual({ entries: 0, bytes: 0 });
    expect(existsSync(join(elsewhere, 'mine'))).toBe(true);
  });

  it('lets a cache that is in use start again', async () => {
    const cache = openContentCache({ directory });
    await cache.put(computeDigest(ONE), ONE);
    await cleanCache(directory);
    await cache.put(computeDigest(TWO), TWO);

    expect(await cache.get(computeDigest(ONE))).toBeUndefined();
    expect(await cache.get(computeDigest(TWO))).toEqual(TWO);
  });

  it('may be done twice at once', async () => {
    await fill();
    await Promise.all([cleanCache(directory), cleanCache(directory), cleanCache(directory)]);

    expect(readdirSync(directory)).toEqual([]);
  });

  it('fails when the cache is a file', async () => {
    const file = join(directory, 'file');
    writeFileSync(file, '');

    await expect(cleanCache(file)).rejects.toMatchObject({ code: 'USAGE' });
  });
});
