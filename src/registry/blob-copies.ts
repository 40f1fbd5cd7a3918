import type { BlobCopyOutcome } from './client.ts';

/** Makes sure that each blob is brought to each repository once a run, however many images share it. */
export interface BlobCopies {
  /** Runs `copy` unless a copy with the same key succeeded already or is under way. */
  run(key: string, copy: () => Promise<BlobCopyOutcome>): Promise<BlobCopyOutcome>;
}

export function createBlobCopies(): BlobCopies {
  const done = new Set<string>();
  const underWay = new Map<string, Promise<BlobCopyOutcome>>();
  return {
    run: async (key, copy) => {
      // A failed copy is no answer for those who waited for it: theirs may have other limits or signals.
      for (let other = underWay.get(key); other !== undefined; other = underWay.get(key))
        await other.catch(() => undefined);
      if (done.has(key)) return 'present';
      const own = copy();
      underWay.set(key, own);
      try {
        const outcome = await own;
        done.add(key);
        return outcome;
      } finally {
        underWay.delete(key);
      }
    },
  };
}
