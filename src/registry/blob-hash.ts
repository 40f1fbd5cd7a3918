import { createVerifier, type Digest, type DigestVerifier } from '../oci/digest.ts';

/** The hash of a blob as far as it was read, which can go back to an earlier place. Positions in bytes. */
export interface BlobHash {
  /** How much was read. */
  position(): number;
  update(chunk: Uint8Array): void;
  /** Goes back to somewhere before `position`, or to the start. Returns where to read on. */
  rewind(position: number): number;
  /** True when what was read is the whole content of the digest. */
  matches(): boolean;
}

interface Mark {
  readonly position: number;
  readonly verifier: DigestVerifier;
}

/** How far apart the places are that it can go back to: that much is read again, and each costs some hundred bytes. */
const MARK_BYTES = 4 * 1024 * 1024;

/** Throws DIGEST_INVALID for an algorithm that cannot be computed. */
export function createBlobHash(digest: Digest): BlobHash {
  let marks: readonly [Mark, ...Mark[]] = [{ position: 0, verifier: createVerifier(digest) }];
  let running = marks[0].verifier.fork();
  let position = 0;
  return {
    position: () => position,
    update: (chunk) => {
      running.update(chunk);
      position += chunk.byteLength;
      if (position - (marks.at(-1)?.position ?? 0) >= MARK_BYTES)
        marks = [...marks, { position, verifier: running.fork() }];
    },
    rewind: (wanted) => {
      const [first, ...others] = marks;
      const kept = others.filter((mark) => mark.position < wanted);
      marks = [first, ...kept];
      const mark = kept.at(-1) ?? first;
      running = mark.verifier.fork();
      position = mark.position;
      return position;
    },
    matches: () => running.fork().matches(),
  };
}
