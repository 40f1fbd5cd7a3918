import type { Digest } from '../oci/digest.ts';
import type { ImageIndex } from '../oci/manifest.ts';
import { MEDIA_TYPES } from '../oci/media-types.ts';
import type { RequestOptions } from './client.ts';
import type { Place } from './context.ts';
import { getManifest } from './read-manifest.ts';

const MAX_ALGORITHM_CHARS = 32;
const MAX_VALUE_CHARS = 64;

/**
 * The tag whose index names the referrers of `subject` where the registry has no API for them: algorithm and value of the
 * digest, cut to 32 and 64 characters, with `-` for what no tag may have (distribution-spec "Referrers Tag Schema").
 */
export function toReferrersTag(subject: Digest): string {
  const colon = subject.indexOf(':');
  const algorithm = subject.slice(0, Math.min(colon, MAX_ALGORITHM_CHARS));
  const value = subject.slice(colon + 1, colon + 1 + MAX_VALUE_CHARS);
  return `${algorithm}-${value}`.replace(/[^a-zA-Z0-9._-]/g, '-');
}

/** What is found under that tag. `other`: a manifest that is no list of referrers. */
export type TaggedReferrers =
  | { readonly kind: 'absent' }
  | { readonly kind: 'index'; readonly index: ImageIndex }
  | { readonly kind: 'other'; readonly mediaType: string };

/** Throws when the tag cannot be read: that is not the same as its absence. */
export async function readReferrersTag(
  place: Place,
  subject: Digest,
  options: RequestOptions,
): Promise<TaggedReferrers> {
  const stored = await getManifest(place, toReferrersTag(subject), options);
  if (stored === undefined) return { kind: 'absent' };
  const { manifest, mediaType } = stored;
  const isList = manifest.kind === 'index' && manifest.mediaType === MEDIA_TYPES.ociIndex;
  return isList ? { kind: 'index', index: manifest } : { kind: 'other', mediaType };
}
