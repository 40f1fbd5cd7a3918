import { isDigest } from '../oci/digest.ts';
import type { ManifestPut } from './context.ts';

/** Remembers a manifest that the registry took. */
export function noteStored({ place, reference, manifest }: ManifestPut): void {
  const { digest, mediaType, bytes } = manifest;
  const { memory } = place.channel;
  memory.notePushed(place.repository, digest);
  if (isDigest(reference)) return;
  const head = { digest, mediaType, size: bytes.byteLength };
  memory.rememberTag(place.repository, reference, { head, validator: undefined, manifest });
}
