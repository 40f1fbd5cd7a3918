import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ContentCache, NO_CACHE, openContentCache } from '../../../src/cache/content-cache.ts';
import { computeDigest, type Digest, parseDigest } from '../../../src/oci/digest.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

const BYTES = new TextEncoder().encode('{"schemaVersion":2}');
const DIGEST = computeDigest(BYTES);
const OTHER = computeDigest(new Uint8Array([1]));
const isPosix = process.platform !== 'win32';

let directory: string;
let problems: string[];
let cache: ContentCache;
beforeEach(() => {
  directory = join(makeTempDir(), 'cache');
  problems = [];
  cache = open(directory);
});

function open(path: string): ContentCache {
  return openContentCache({ directory: path, onProblem: (message) => problems.push(message) });
}

/** Where the content of `digest` lies. */
function placeOf(digest: Digest): string {
  const [algorithm = '', hex = ''] = digest.split(':');
  return join(directory, 'content-v1', algorithm, hex.slice(0, 2), hex);
}

/** Puts the entry in and lets `damage` have its place. */
async function damaged(damage: (path: string) => void): Promise<void> {
  await cache.put(DIGEST, BYTES);
  damage(placeOf(DIGEST));
}

function replace(path: string, make: (path: string) => void): void {
  execFileSync('rm', ['-rf', path]);
  make(path);
}

describe('a cache', () => {
  it.each(['sha256', 'sha384', 'sha512'] as const)('gives back what was put in by its %s', async (algorithm) => {
    const digest = computeDigest(BYTES, algorithm);
    await cache.put(digest, BYTES);

    expect(await open(directory).get(digest)).toEqual(BYTES);
  });

  it('holds an empty document too', async () => {
    const digest = computeDigest(new Uint8Array());
    await cache.put(digest, new Uint8Array());

    expect(await cache.get(digest)).toEqual(new Uint8Array());
  });

  it('makes no folder before something is put in', async () => {
    expect(await cache.get(DIGEST)).toBeUndefined();
    await cache.close();

    expect(existsSync(directory)).toBe(false);
    expect(problems).toEqual([]);
  });

  it('does not keep what is not the content of the digest', async () => {
    await cache.put(DIGEST, new Uint8Array([1]));

    expect(existsSync(placeOf(DIGEST))).toBe(false);
  });

  it('keeps 8 MiB and not one byte more', async () => {
    const [most, tooMuch] = [new Uint8Array(8 << 20), new Uint8Array((8 << 20) + 1)];
    await cache.put(computeDigest(most), most);
    await cache.put(computeDigest(tooMuch), tooMuch);

    expect((await cache.get(computeDigest(most)))?.length).toBe(8 << 20);
    expect(await cache.get(computeDigest(tooMuch))).toBeUndefined();
  });

  it.each(['blake3:0a0b', 'sha512+b64u:aGVsbG8', 'dots..:x'])(
    'has nothing for %s, which it cannot verify',
    async (text) => {
      const digest = text as Digest;
      await cache.put(digest, BYTES);

      expect(await cache.get(digest)).toBeUndefined();
      expect(existsSync(directory)).toBe(false);
    },
  );

  it.skipIf(!isPosix)('is readable for its user alone', async () => {
    await cache.put(DIGEST, BYTES);

    const modes = [directory, join(directory, 'content-v1'), placeOf(DIGEST)].map(
      (path) => statSync(path).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o700, 0o600]);
  });

  it.skipIf(!isPosix)('closes its folder again when it was opened to others', async () => {
    mkdirSync(join(directory, 'content-v1'), { recursive: true });
    chmodSync(join(directory, 'content-v1'), 0o777);
    await cache.put(DIGEST, BYTES);

    expect(statSync(join(directory, 'content-v1')).mode & 0o777).toBe(0o700);
  });

  it('leaves nothing beside its entries', async () => {
    await cache.put(DIGEST, BYTES);
    await cache.put(DIGEST, BYTES);

    expect(readdirSync(dirname(placeOf(DIGEST)))).toEqual([DIGEST.slice('sha256:'.length)]);
  });
});

describe('a damaged entry', () => {
  it.each<[string, (path: string) => void]>([
    ['has a flipped bit', (path) => writeFileSync(path, BYTES.with(5, BYTES[5]! ^ 1))],
    ['is empty', (path) => truncateSync(path, 0)],
    ['is cut short', (path) => truncateSync(path, BYTES.length - 1)],
    ['is longer', (path) => writeFileSync(path, ' ', { flag: 'a' })],
    ['is larger than any entry', (path) => truncateSync(path, (8 << 20) + 1)],
    ['is a folder', (path) => replace(path, (gone) => mkdirSync(join(gone, 'deeper'), { recursive: true }))],
  ])('that %s is not used, removed and replaced', async (_what, damage) => {
    await damaged(damage);
    const found = await cache.get(DIGEST);
    const isThere = existsSync(placeOf(DIGEST));
    await cache.put(DIGEST, BYTES);

    expect([found, isThere]).toEqual([undefined, false]);
    expect(await cache.get(DIGEST)).toEqual(BYTES);
    expect(problems).toEqual([]);
  });

  it.skipIf(!isPosix)('that is a link is not followed, and what it leads to is left alone', async () => {
    const elsewhere = join(makeTempDir(), 'content');
    writeFileSync(elsewhere, BYTES);
    await damaged((path) => replace(path, (gone) => symlinkSync(elsewhere, gone)));
    const found = await cache.get(DIGEST);

    expect(found).toBeUndefined();
    expect(existsSync(placeOf(DIGEST))).toBe(false);
    expect(readFileSync(elsewhere)).toEqual(Buffer.from(BYTES));
  });

  it.skipIf(!isPosix)('that is a link is replaced, not written through', async () => {
    const elsewhere = join(makeTempDir(), 'content');
    writeFileSync(elsewhere, 'mine');
    await damaged((path) => replace(path, (gone) => symlinkSync(elsewhere, gone)));
    await cache.put(DIGEST, BYTES);

    expect(readFileSync(elsewhere, 'utf8')).toBe('mine');
    expect(await cache.get(DIGEST)).toEqual(BYTES);
  });

  it.skipIf(!isPosix)('that is a pipe keeps nobody waiting', async () => {
    await damaged((path) => replace(path, (gone) => execFileSync('mkfifo', [gone])));

    expect(await cache.get(DIGEST)).toBeUndefined();
  });
});

describe('a cache that cannot be used', () => {
  /** Reads and writes a few times. */
  async function use(path: string): Promise<readonly (Uint8Array | undefined)[]> {
    const unusable = open(path);
    const found = [await unusable.get(DIGEST)];
    await unusable.put(DIGEST, BYTES);
    await unusable.put(OTHER, new Uint8Array([1]));
    found.push(await unusable.get(DIGEST), await unusable.get(OTHER));
    await unusable.close();
    return found;
  }

  it('because the directory is a file is empty, and says so once', async () => {
    writeFileSync(directory, 'a file');

    expect(await use(directory)).toEqual([undefined, undefined, undefined]);
    expect(problems).toEqual([expect.stringContaining('ENOTDIR')]);
    expect(readFileSync(directory, 'utf8')).toBe('a file');
  });

  it('because its folder is a link is left alone', async () => {
    const elsewhere = makeTempDir();
    mkdirSync(directory);
    symlinkSync(elsewhere, join(directory, 'content-v1'));

    expect(await use(directory)).toEqual([undefined, undefined, undefined]);
    expect(problems).toHaveLength(1);
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it('because a new entry has no place still gives what it holds', async () => {
    await cache.put(DIGEST, BYTES);
    writeFileSync(dirname(placeOf(OTHER)), 'a file where the folder of the entry is to be');
    await cache.put(OTHER, new Uint8Array([1]));

    expect(await cache.get(DIGEST)).toEqual(BYTES);
    expect(await cache.get(OTHER)).toBeUndefined();
    expect(problems).toEqual([expect.stringContaining('ENOTDIR')]);
  });

  it.skipIf(process.platform !== 'linux')('because the system refuses is empty, and says so once', async () => {
    expect(await use('/proc/plait-test')).toEqual([undefined, undefined, undefined]);
    expect(problems).toHaveLength(1);
  });

  it.skipIf(!isPosix)('because it lies behind a link to nowhere is empty, and says so once', async () => {
    const link = join(makeTempDir(), 'link');
    symlinkSync('/no-such-folder-of-plait', link);

    expect(await use(join(link, 'plait'))).toEqual([undefined, undefined, undefined]);
    expect(problems).toHaveLength(1);
  });

  it('because it is full of other things works beside them', async () => {
    mkdirSync(join(directory, 'content-v1', 'sha256', 'zz'), { recursive: true });
    mkdirSync(join(directory, 'index-v5', '00'), { recursive: true });
    for (const name of ['content-v1/x', 'content-v1/sha256/zz/x', 'content-v1/sha256/x', 'index-v5/00/x', 'x']) {
      writeFileSync(join(directory, name), '\0garbage');
    }
    const small = openContentCache({ directory, maxBytes: 1 });
    await small.put(DIGEST, BYTES);
    await small.close();

    expect(existsSync(placeOf(DIGEST))).toBe(false);
    expect(readFileSync(join(directory, 'content-v1/sha256/zz/x'), 'utf8')).toBe('\0garbage');
  });
});

describe('no cache', () => {
  it('is always empty', async () => {
    await NO_CACHE.put(DIGEST, BYTES);

    expect(await NO_CACHE.get(DIGEST)).toBeUndefined();
    await expect(NO_CACHE.close()).resolves.toBeUndefined();
  });
});

describe('the name of an entry', () => {
  it('cannot lead out of the cache', () => {
    expect(() => parseDigest(`sha256:../../${'a'.repeat(58)}`)).toThrow();
  });
});
