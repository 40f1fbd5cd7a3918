import { describe, expect, it } from 'vitest';
import { findAttestedDigest, isAttestation } from '../../../src/oci/attestation.ts';
import type { Annotations, Descriptor } from '../../../src/oci/descriptor.ts';
import { parseDigest } from '../../../src/oci/digest.ts';
import { MEDIA_TYPES } from '../../../src/oci/media-types.ts';

const IMAGE = parseDigest(`sha256:${'a'.repeat(64)}`);
const UNKNOWN = { os: 'unknown', architecture: 'unknown' };

function entry(platform: Descriptor['platform'] | null, annotations: Annotations): Descriptor {
  const descriptor = { mediaType: MEDIA_TYPES.ociManifest, digest: parseDigest(`sha256:${'b'.repeat(64)}`), size: 566 };
  return { ...descriptor, ...(platform ? { platform } : {}), annotations };
}

describe('an attestation', () => {
  it.each([
    [
      'as BuildKit writes it',
      { 'vnd.docker.reference.digest': IMAGE, 'vnd.docker.reference.type': 'attestation-manifest' },
    ],
    ['without a type', { 'vnd.docker.reference.digest': IMAGE }],
  ])('names the image it is about, %s', (_what, annotations) => {
    expect(isAttestation(entry(UNKNOWN, annotations))).toBe(true);
    expect(findAttestedDigest(entry(UNKNOWN, annotations))).toBe(IMAGE);
  });

  it.each<readonly [string, Descriptor]>([
    [
      'an image with a platform',
      entry({ os: 'linux', architecture: 'amd64' }, { 'vnd.docker.reference.digest': IMAGE }),
    ],
    ['an entry without a platform', entry(null, { 'vnd.docker.reference.digest': IMAGE })],
    ['an unknown entry without annotations', entry(UNKNOWN, {})],
    ['an unknown entry about no digest', entry(UNKNOWN, { 'vnd.docker.reference.digest': 'latest' })],
    [
      'an entry of another type',
      entry(UNKNOWN, { 'vnd.docker.reference.digest': IMAGE, 'vnd.docker.reference.type': 'something-else' }),
    ],
  ])('is not %s', (_what, descriptor) => {
    expect(isAttestation(descriptor)).toBe(false);
    expect(findAttestedDigest(descriptor)).toBeUndefined();
  });
});
