import { isDigest } from '../oci/digest.ts';
import { type BufferedResponse, findHeader } from '../transport/message.ts';
import type { ManifestPut } from './context.ts';

/**
 * Remembers a manifest that the registry says it lists among the referrers of its subject (distribution-spec "Pushing
 * Manifests with Subject"). ECR said so before it had such a list: there, only an answer of the API counts.
 */
export function noteReferrer({ place, manifest }: ManifestPut, { headers }: BufferedResponse): void {
  const { memory } = place.channel;
  if (!memory.confirmsReferrers && memory.listsReferrers !== true) return;
  if (isDigest(findHeader(headers, 'oci-subject') ?? '')) memory.noteListed(place.repository, manifest.digest);
}
