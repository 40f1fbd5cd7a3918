import { PlaitError } from '../errors/plait-error.ts';
import { decodeManifest } from '../oci/decode.ts';
import { shortDigest } from '../oci/digest.ts';
import type { RawManifest } from '../oci/manifest.ts';
import { formatRepository, type Repository } from '../oci/repository.ts';
import type { ReferrerListing, RegistryClient, RequestOptions } from './client.ts';
import { toReferrer } from './select-referrers.ts';

/** One manifest with a `subject` whose blobs the repository holds. */
export interface ReferrerPush {
  readonly repository: Repository;
  readonly manifest: RawManifest;
}

/**
 * Stores a manifest by its digest and sees to it that it is found as a referrer of its subject. Throws MANIFEST_INVALID
 * when it names no subject, before anything is sent.
 */
export async function pushReferrer(
  client: RegistryClient,
  { repository, manifest }: ReferrerPush,
  options: RequestOptions = {},
): Promise<ReferrerListing> {
  const decoded = decodeManifest(manifest.bytes, manifest.mediaType);
  if (decoded.subject === undefined) {
    const what = `${shortDigest(manifest.digest)} to ${formatRepository(repository)}`;
    throw new PlaitError('MANIFEST_INVALID', `could not push ${what}: it names no subject to refer to`);
  }
  await client.putManifest(repository, manifest.digest, manifest, options);
  const referrers = [toReferrer({ ...manifest, manifest: decoded })];
  return client.announceReferrers({ repository, subject: decoded.subject.digest, referrers }, options);
}
