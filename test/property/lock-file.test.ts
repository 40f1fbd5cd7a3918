import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isPlaitError } from '../../src/errors/plait-error.ts';
import { formatReference, parseReference, type Reference } from '../../src/oci/reference.ts';
import { formatLockFile, parseLockFile } from '../../src/state/lock-file.ts';
import { digest, referenceText } from './oci-arbitraries.ts';

const entries = fc
  .array(fc.tuple(referenceText, digest), { maxLength: 20 })
  .map((list) => new Map(list.map(([text, pin]) => [toName(parseReference(text)), pin])));
const toName = ({ repository, tag = 'latest' }: Reference): string => formatReference({ repository, tag });
const lockFile = fc.record({ sources: entries, tags: entries });

const WORDS = 'version: 1\n|sources:\n|tags:\n|  - |a.b/c:1|@sha256:|<<<<<<<|\n|#|"|\'|[]|: |-|\t|\u0000'.split('|');

describe('any lock file', () => {
  it('is read back from its text as it was', () => {
    fc.assert(
      fc.property(lockFile, (lock) => {
        expect(parseLockFile(formatLockFile(lock), 'a.yaml')).toEqual(lock);
      }),
    );
  });

  it('is YAML', () => {
    fc.assert(
      fc.property(lockFile, (lock) => {
        const document: unknown = parse(formatLockFile(lock));
        const list = (map: ReadonlyMap<string, string>) => [...map].map((pair) => pair.join('@'));
        expect(document).toEqual({
          version: 1,
          sources: expect.toSatisfy((found: string[]) => found.toSorted().join() === list(lock.sources).sort().join()),
          tags: expect.toSatisfy((found: string[]) => found.toSorted().join() === list(lock.tags).sort().join()),
        });
      }),
    );
  });

  it('has the same text whatever the order of its entries', () => {
    fc.assert(
      fc.property(lockFile, (lock) => {
        const turned = { sources: new Map([...lock.sources].reverse()), tags: new Map([...lock.tags].reverse()) };
        expect(formatLockFile(turned)).toBe(formatLockFile(lock));
      }),
    );
  });
});

describe('any text', () => {
  it('is a lock file or refused as none', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...WORDS), { maxLength: 30 }).map((words) => words.join('')),
      fc
        .tuple(lockFile, fc.nat(400), fc.constantFrom(...WORDS))
        .map(([lock, at, word]) => formatLockFile(lock).slice(0, at) + word + formatLockFile(lock).slice(at)),
    );
    fc.assert(
      fc.property(text, (given) => {
        try {
          const lock = parseLockFile(given, 'a.yaml');
          expect(formatLockFile(parseLockFile(formatLockFile(lock), 'a.yaml'))).toBe(formatLockFile(lock));
        } catch (error) {
          expect(isPlaitError(error, 'LOCK_INVALID')).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
