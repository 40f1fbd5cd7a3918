import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cleanCache } from '../../../src/cache/clean-cache.ts';
import { openContentCache } from '../../../src/cache/content-cache.ts';
import { listEntries } from '../../../src/cache/entry-list.ts';
import { computeDigest } from '../../../src/oci/digest.ts';
import { runProgram } from '../../support/run-program.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

const BLOCK = 4096;
const DOCUMENTS = 64;
const ROUNDS = 500;
const BOUND = 16 * BLOCK;

/** Puts and gets the same documents over and over; prints how many were found, fails on content that is another. */
const USER = `
const [directory, maxBytes, rounds, shift] = process.argv.slice(2);
const problems = [];
const cache = openContentCache({ directory, maxBytes: Number(maxBytes), onProblem: (text) => problems.push(text) });
let found = 0;
for (let round = 0; round < Number(rounds); round += 1) {
  const bytes = new TextEncoder().encode('document ' + ((round * 7 + Number(shift)) % ${DOCUMENTS}));
  const digest = computeDigest(bytes);
  const kept = await cache.get(digest);
  if (kept !== undefined && !Buffer.from(kept).equals(Buffer.from(bytes))) throw new Error('other content');
  if (kept === undefined) await cache.put(digest, bytes);
  else found += 1;
}
await cache.close();
console.log(JSON.stringify({ found, problems }));
`;

let program: string;
beforeAll(() => {
  program = join(makeTempDir(), 'user.mjs');
  buildSync({
    stdin: {
      contents: `import { openContentCache } from './src/cache/content-cache.ts';
        import { computeDigest } from './src/oci/digest.ts';
        ${USER}`,
      resolveDir: process.cwd(),
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: program,
  });
});

let directory: string;
beforeEach(() => {
  directory = makeTempDir();
});

async function use(maxBytes: number, shift: number): Promise<{ found: number; problems: readonly string[] }> {
  const args = [program, directory, String(maxBytes), String(ROUNDS), String(shift)];
  const { code, stdout, stderr } = await runProgram(process.execPath, args, { timeoutMs: 30_000 });
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout.toString());
}

describe('processes that share a cache', { timeout: 60_000 }, () => {
  it('find what the others put in', async () => {
    await use(1 << 30, 0);
    const second = await use(1 << 30, 3);

    expect(second).toEqual({ found: ROUNDS, problems: [] });
  });

  it('get right content or none while all of them write and remove', async () => {
    const results = await Promise.all([use(BOUND, 0), use(BOUND, 1), use(BOUND, 2)]);

    expect(results.flatMap(({ problems }) => problems)).toEqual([]);
    expect((await listEntries(join(directory, 'content-v1'))).length).toBeLessThanOrEqual(DOCUMENTS);
  });

  it('go on while one of them cleans it', async () => {
    const users = Promise.all([use(1 << 30, 0), use(1 << 30, 1)]);
    const isOver = users.then(() => true);
    const pause = () => new Promise<false>((resolve) => setTimeout(() => resolve(false), 5));
    while (!(await Promise.race([isOver, pause()]))) await cleanCache(directory);

    expect((await users).flatMap(({ problems }) => problems)).toEqual([]);
  });
});

describe('two caches in one process', () => {
  it('share their entries and survive each other', async () => {
    const [one, two] = [
      openContentCache({ directory, maxBytes: 2 * BLOCK }),
      openContentCache({ directory, maxBytes: 2 * BLOCK }),
    ];
    const bytes = Array.from({ length: 20 }, (_, number) => new TextEncoder().encode(`document ${number}`));
    await Promise.all(bytes.flatMap((each) => [one, two].map((cache) => cache.put(computeDigest(each), each))));
    await Promise.all([one.close(), two.close()]);
    const found = await Promise.all(bytes.map((each) => one.get(computeDigest(each))));

    expect(found.every((each, number) => each === undefined || Buffer.from(each).equals(bytes[number]!))).toBe(true);
    expect(await listEntries(join(directory, 'content-v1'))).not.toHaveLength(20);
  });
});
