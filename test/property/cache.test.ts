import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openContentCache } from '../../src/cache/content-cache.ts';
import { findEntryPlace, isEntryName } from '../../src/cache/layout.ts';
import { computeDigest, type Digest, isDigest } from '../../src/oci/digest.ts';
import { makeTempDir } from '../support/temp-dir.ts';

const algorithm = fc.constantFrom('sha256' as const, 'sha384' as const, 'sha512' as const);
const content = fc.uint8Array({ maxLength: 10_000 });

describe('the content cache', () => {
  it('gives back every content under every digest of it', async () => {
    const directory = makeTempDir();
    await fc.assert(
      fc.asyncProperty(content, algorithm, async (bytes, name) => {
        const digest = computeDigest(bytes, name);
        await openContentCache({ directory }).put(digest, bytes);

        expect(await openContentCache({ directory }).get(digest)).toEqual(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it('gives nothing else, whatever lies in the place of an entry', async () => {
    const directory = makeTempDir();
    await fc.assert(
      fc.asyncProperty(content, content, algorithm, async (bytes, other, name) => {
        const digest = computeDigest(bytes, name);
        const { path } = findEntryPlace(`${directory}/content-v1`, digest)!;
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, other);
        const expected = Buffer.from(other).equals(Buffer.from(bytes)) ? bytes : undefined;

        expect(await openContentCache({ directory }).get(digest)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('has a place inside its folder for every digest it can verify, and for no other', () => {
    const value = fc.string({ unit: fc.constantFrom(...'0123456789abcdefA_=-./'.split('')), maxLength: 130 });
    const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: 64, maxLength: 64 });
    const prefix = fc.constantFrom('sha256', 'sha384', 'sha512', 'md5', 'sha256+b64', '..');
    const digest = fc.tuple(prefix, fc.oneof(value, hex)).map((parts) => parts.join(':'));
    fc.assert(
      fc.property(digest.filter(isDigest), (text: Digest) => {
        const place = findEntryPlace('/cache', text);
        const names = place?.path.split('/').slice(1) ?? ['cache', 'sha256', 'ab', 'ab'.repeat(32)];

        expect(names).toHaveLength(4);
        expect(isEntryName(names[3]!)).toBe(true);
        expect(place === undefined).toBe(!/^sha(?:256|384|512):/.test(text));
      }),
      { numRuns: 2000 },
    );
  });
});
