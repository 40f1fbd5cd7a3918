import { toStoredManifest } from '../oci/decode.ts';
import type { Digest } from '../oci/digest.ts';
import type { StoredManifest } from '../oci/manifest.ts';
import { MEDIA_TYPES } from '../oci/media-types.ts';

/**
 * The manifest that `bytes`, the content of `digest`, are; undefined when they are none. Its media type is taken from the
 * document, which the digest vouches for, and not remembered beside it, where nothing would: a document must not be
 * read as another kind because a file was changed (CVE-2021-41190).
 */
export function toCachedManifest(digest: Digest, bytes: Uint8Array): StoredManifest | undefined {
  try {
    return { ...toStoredManifest(bytes, findMediaType(bytes)), digest };
  } catch {
    return undefined;
  }
}

/** Only OCI documents may leave their media type out; which of the two it is shows in what they hold. */
function findMediaType(bytes: Uint8Array): string {
  const document: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (typeof document !== 'object' || document === null) return '';
  if ('mediaType' in document) return typeof document.mediaType === 'string' ? document.mediaType : '';
  return 'manifests' in document ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.ociManifest;
}
