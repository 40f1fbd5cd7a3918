import { createHash, type Hash } from 'node:crypto';
import { PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';

declare const digestBrand: unique symbol;

/** Checked digest text, `algorithm:value` (image-spec `descriptor.md`). Unknown algorithms are carried, never verified. */
export type Digest = string & { readonly [digestBrand]: true };

export type DigestAlgorithm = 'sha256' | 'sha384' | 'sha512';

const HEX_LENGTH: Readonly<Record<DigestAlgorithm, number>> = { sha256: 64, sha384: 96, sha512: 128 };
const GRAMMAR = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/;
const MAX_LENGTH = 512;

/** The digest in `text`. Throws DIGEST_INVALID; the known algorithms must have lower-case hex of their own length. */
export function parseDigest(text: string): Digest {
  if (!isDigest(text)) {
    throw new PlaitError('DIGEST_INVALID', `"${cleanText(text, 80)}" is not a digest`, {
      hint: 'write it as sha256: and 64 lower-case hexadecimal digits',
    });
  }
  return text;
}

/** True for what {@link parseDigest} accepts. Such text is safe in a URL path and, by its value, in a file name. */
export function isDigest(text: string): text is Digest {
  if (text.length > MAX_LENGTH || !GRAMMAR.test(text)) return false;
  const [algorithm = '', value = ''] = text.split(':');
  if (!isDigestAlgorithm(algorithm)) return true;
  return value.length === HEX_LENGTH[algorithm] && /^[0-9a-f]+$/.test(value);
}

function isDigestAlgorithm(text: string): text is DigestAlgorithm {
  return Object.hasOwn(HEX_LENGTH, text);
}

/** The algorithm when Plait can compute it, else undefined. */
export function findAlgorithm(digest: Digest): DigestAlgorithm | undefined {
  const algorithm = digest.slice(0, digest.indexOf(':'));
  return isDigestAlgorithm(algorithm) ? algorithm : undefined;
}

/** The digest of `bytes`. */
export function computeDigest(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): Digest {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}` as Digest;
}

/** The sha256 digest of a text in pieces, as UTF-8. */
export function computeDigestOf(pieces: Iterable<string>): Digest {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece, 'utf8');
  return `sha256:${hash.digest('hex')}` as Digest;
}

/** A running hash for content too large to hold: feed it chunks, then ask whether it is the content of `digest`. */
export interface DigestVerifier {
  update(chunk: Uint8Array): void;
  /** To be asked once, after the last chunk. */
  matches(): boolean;
  /** Another one that was fed the same so far. */
  fork(): DigestVerifier;
}

/** Throws DIGEST_INVALID for an algorithm that cannot be computed, because such content must not be trusted. */
export function createVerifier(digest: Digest): DigestVerifier {
  const algorithm = findAlgorithm(digest);
  if (algorithm === undefined) {
    throw new PlaitError('DIGEST_INVALID', `content of ${shortDigest(digest)} cannot be verified: unknown algorithm`, {
      hint: 'use an image with a sha256 digest',
    });
  }
  return toVerifier(digest, algorithm, createHash(algorithm));
}

function toVerifier(digest: Digest, algorithm: DigestAlgorithm, hash: Hash): DigestVerifier {
  return {
    update: (chunk) => void hash.update(chunk),
    matches: () => `${algorithm}:${hash.digest('hex')}` === digest,
    fork: () => toVerifier(digest, algorithm, hash.copy()),
  };
}

/** True when `bytes` are the content of `digest`. Throws DIGEST_INVALID as {@link createVerifier} does. */
export function matchesDigest(bytes: Uint8Array, digest: Digest): boolean {
  const verifier = createVerifier(digest);
  verifier.update(bytes);
  return verifier.matches();
}

/** The first seven characters of the value, as Plait prints digests to people. */
export function shortDigest(digest: Digest): string {
  const start = digest.indexOf(':') + 1;
  return digest.slice(start, start + 7);
}
