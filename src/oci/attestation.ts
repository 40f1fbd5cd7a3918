import type { Descriptor } from './descriptor.ts';
import { type Digest, isDigest } from './digest.ts';

const REFERENCE_DIGEST = 'vnd.docker.reference.digest';
const REFERENCE_TYPE = 'vnd.docker.reference.type';
const ATTESTATION_TYPE = 'attestation-manifest';

/**
 * True for an entry that holds provenance or an SBOM of another entry, as BuildKit stores them: platform
 * `unknown/unknown` and the digest of the image in an annotation. It is no platform of the index.
 */
export function isAttestation(descriptor: Descriptor): boolean {
  return findAttestedDigest(descriptor) !== undefined;
}

/** The digest of the image that an attestation is about; undefined for every other entry. */
export function findAttestedDigest(descriptor: Descriptor): Digest | undefined {
  const { platform, annotations = {} } = descriptor;
  if (platform?.os !== 'unknown' || platform.architecture !== 'unknown') return undefined;
  if ((annotations[REFERENCE_TYPE] ?? ATTESTATION_TYPE) !== ATTESTATION_TYPE) return undefined;
  const digest = annotations[REFERENCE_DIGEST];
  return digest !== undefined && isDigest(digest) ? digest : undefined;
}
