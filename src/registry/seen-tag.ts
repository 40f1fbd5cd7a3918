import { PlaitError } from '../errors/plait-error.ts';
import { decodeManifest } from '../oci/decode.ts';
import { type Digest, isDigest } from '../oci/digest.ts';
import type { RawManifest } from '../oci/manifest.ts';
import { isIndexMediaType } from '../oci/media-types.ts';
import { findHeader, type ResponseHeaders } from '../transport/message.ts';
import type { ManifestHead } from './client.ts';
import { describePlace, type Place } from './context.ts';
import type { SeenTag } from './memory.ts';

/** What an answer says that a tag holds. */
export interface FoundTag {
  readonly head: ManifestHead;
  readonly headers: ResponseHeaders;
  /** The bytes, when the answer had them. */
  readonly manifest?: RawManifest;
}

/**
 * Remembers what a tag was found to hold. Throws REGISTRY_PROTOCOL when that is an image of the very index that the tag
 * is known to hold: some servers pick one for a client that seems not to accept an index, and it must not be taken for
 * what somebody published. A digest is left alone: it cannot come to mean something else.
 */
export function noteTag(place: Place, reference: string, { head, headers, manifest }: FoundTag): void {
  if (isDigest(reference)) return;
  const { memory } = place.channel;
  const seen = memory.findTag(place.repository, reference);
  if (seen !== undefined && isPickedFrom(seen, head)) throw toPicked(place, reference, head);
  const known = seen?.head.digest === head.digest ? seen.manifest : undefined;
  memory.rememberTag(place.repository, reference, {
    head,
    validator: findValidator(headers, head.digest),
    manifest: manifest === undefined ? known : toRaw(manifest),
  });
}

/** Without its decoded form, which may be large. */
function toRaw({ bytes, digest, mediaType }: RawManifest): RawManifest {
  return { bytes, digest, mediaType };
}

/**
 * An ETag is asked with only when it is the digest itself, as distribution and Gitea have it: of any other it is not
 * known that it changes with the tag.
 */
function findValidator(headers: ResponseHeaders, digest: Digest): string | undefined {
  const etag = findHeader(headers, 'etag');
  return etag === `"${digest}"` ? etag : undefined;
}

function isPickedFrom({ manifest }: SeenTag, head: ManifestHead): boolean {
  if (manifest === undefined || !isIndexMediaType(manifest.mediaType) || isIndexMediaType(head.mediaType)) return false;
  const index = decodeManifest(manifest.bytes, manifest.mediaType);
  return index.kind === 'index' && index.manifests.some(({ digest }) => digest === head.digest);
}

function toPicked({ repository, channel }: Place, reference: string, { mediaType }: ManifestHead): PlaitError {
  const what = describePlace(repository, reference);
  return new PlaitError(
    'REGISTRY_PROTOCOL',
    `could not read ${what}: ${channel.registry} returned ${mediaType} for a tag we know as index`,
    { hint: 'a proxy in front of the registry may take away the Accept header, or somebody moved the tag; run again' },
  );
}
