import { PlaitError } from '../errors/plait-error.ts';
import { formatReference } from '../oci/reference.ts';
import { mapAtOnce } from '../transport/map-at-once.ts';
import type { ContentReader } from './content-reader.ts';
import { isAttestationType } from './referrers.ts';
import type { ResolvedImage } from './resolve-entry.ts';

const IMAGES_AT_ONCE = 16;

/**
 * Under `attestations: require`: throws ATTESTATION_MISSING unless each image has one, in the index that it comes with or
 * published as a referrer of it. One request for an image whose index has none.
 */
export async function requireAttestations(reader: ContentReader, images: readonly ResolvedImage[]): Promise<void> {
  const unattested = images.filter((resolved) => resolved.attestations.length === 0);
  const names = await mapAtOnce(unattested, IMAGES_AT_ONCE, async ({ image: { source, descriptor } }) => {
    const referrers = await reader.listReferrers(source.repository, descriptor.digest);
    return referrers.some(({ artifactType }) => isAttestationType(artifactType)) ? [] : [formatReference(source)];
  });
  if (names.flat().length === 0) return;
  throw new PlaitError('ATTESTATION_MISSING', `no attestation comes with ${names.flat().join(', ')}`, {
    hint: 'build it with provenance, or set  attestations: keep',
  });
}
