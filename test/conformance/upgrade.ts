import type { Api, Prepared } from './api.ts';
import { describe, IMAGE_TYPE, makeIndex } from './content.ts';
import { pushImage, pushManifest } from './steps.ts';

/**
 * To be called before a registry knows the referrers API: pushes an image with a subject, and the index that clients then
 * keep under the tag that "Referrers Tag Schema" names.
 */
export async function pushReferrerOfBefore(
  place: Pick<Api, 'url' | 'repository'>,
): Promise<Omit<Prepared, 'url'> & { readonly subject: string }> {
  const api: Api = { ...place, other: place.repository, prepared: {} };
  const subject = await pushImage(api, 'subject of before');
  const referrer = await pushImage(api, 'referrer of before', { subject: describe(subject, IMAGE_TYPE) });
  await pushManifest(api, makeIndex([referrer]), subject.digest.replace(':', '-'));
  return { repository: place.repository, digest: referrer.digest, subject: subject.digest };
}
