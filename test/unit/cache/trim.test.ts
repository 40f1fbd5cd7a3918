import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, utimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openContentCache } from '../../../src/cache/content-cache.ts';
import { listEntries, toDiskBytes } from '../../../src/cache/entry-list.ts';
import { sumDiskBytes } from '../../../src/cache/trim.ts';
import { computeDigest, type Digest } from '../../../src/oci/digest.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

const BLOCK = 4096;
const ROOMY = 1 << 30;

let directory: string;
beforeEach(() => {
  directory = makeTempDir();
});

const content = () => join(directory, 'content-v1');

/** A document of one block of the disk. */
function documentOf(number: number): Uint8Array {
  return new TextEncoder().encode(`document ${number}`);
}

async function fill(count: number, maxBytes: number): Promise<void> {
  const cache = openContentCache({ directory, maxBytes });
  for (let number = 0; number < count; number += 1) {
    await cache.put(computeDigest(documentOf(number)), documentOf(number));
  }
  await cache.close();
}

async function diskBytes(): Promise<number> {
  return sumDiskBytes(await listEntries(content()));
}

function placeOf(digest: Digest): string {
  const hex = digest.slice('sha256:'.length);
  return join(content(), 'sha256', hex.slice(0, 2), hex);
}

describe('the size on disk', () => {
  it.each([
    [0, 0],
    [1, BLOCK],
    [BLOCK, BLOCK],
    [BLOCK + 1, 2 * BLOCK],
  ])('of %i bytes is %i', (bytes, expected) => {
    expect(toDiskBytes(bytes)).toBe(expected);
  });
});

describe('a cache over its bound', () => {
  it('is trimmed in the middle of a run that adds much', async () => {
    await fill(200, 40 * BLOCK);

    expect(await diskBytes()).toBeLessThanOrEqual(40 * BLOCK);
  });

  it('is trimmed by a run that adds a single entry', async () => {
    await fill(100, ROOMY);
    const cache = openContentCache({ directory, maxBytes: 40 * BLOCK });
    await cache.put(computeDigest(documentOf(100)), documentOf(100));
    await cache.close();

    expect(await diskBytes()).toBeLessThanOrEqual(30 * BLOCK);
  });

  it('loses what was unused for longest', async () => {
    await fill(8, ROOMY);
    const age = (number: number, day: number) =>
      utimesSync(placeOf(computeDigest(documentOf(number))), day * 86_400, day * 86_400);
    for (const number of [0, 1, 2, 3, 4, 5, 6, 7]) age(number, 100 - number);
    await fill(1, ROOMY);
    const cache = openContentCache({ directory, maxBytes: 4 * BLOCK });
    await cache.put(computeDigest(documentOf(99)), documentOf(99));
    await cache.close();

    const kept = [0, 1, 2, 3, 99].filter((number) => existsSync(placeOf(computeDigest(documentOf(number)))));
    expect(kept).toEqual([0, 1, 99]);
  });

  it('loses what an interrupted process left half written', async () => {
    await fill(1, ROOMY);
    const place = placeOf(computeDigest(documentOf(0)));
    const left = `${place}.00000000-0000-4000-8000-000000000000`;
    renameSync(place, left);
    utimesSync(left, 0, 0);
    const cache = openContentCache({ directory, maxBytes: BLOCK });
    await cache.put(computeDigest(documentOf(1)), documentOf(1));
    await cache.close();

    expect(existsSync(left)).toBe(false);
  });

  it('is not followed out of its folder', async () => {
    await fill(1, ROOMY);
    const folder = dirname(placeOf(computeDigest(documentOf(0))));
    const elsewhere = join(makeTempDir(), basename(folder));
    renameSync(folder, elsewhere);
    symlinkSync(elsewhere, folder);
    const cache = openContentCache({ directory, maxBytes: 1 });
    await cache.put(computeDigest(documentOf(2)), documentOf(2));
    await cache.close();

    expect(readdirSync(elsewhere)).toHaveLength(1);
  });
});

describe('a cache within its bound', () => {
  it('keeps everything', async () => {
    await fill(100, ROOMY);

    expect(await listEntries(content())).toHaveLength(100);
  });

  it('has no entries before its folder is made', async () => {
    mkdirSync(directory, { recursive: true });

    expect(await listEntries(content())).toEqual([]);
  });
});
