import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { ReferrersOptions } from './client.ts';
import type { Place } from './context.ts';
import { askReferrers } from './referrers-api.ts';
import { readReferrersTag } from './referrers-tag.ts';
import { selectReferrers, toUnique } from './select-referrers.ts';

/**
 * What refers to a manifest, such as signatures, each once: by the API of the registry, else by the index under the
 * fall-back tag (distribution-spec "Listing Referrers"). None when that tag holds no such index.
 */
export async function listReferrers(
  place: Place,
  subject: Digest,
  options: ReferrersOptions = {},
): Promise<readonly Descriptor[]> {
  const listed = await askReferrers(place, subject, options);
  if (listed !== undefined) return listed;
  const tagged = await readReferrersTag(place, subject, options);
  return tagged.kind === 'index' ? selectReferrers(toUnique(tagged.index.manifests), options.artifactType) : [];
}
