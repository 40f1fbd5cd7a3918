import { isAttestation } from '../oci/attestation.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { LiveTag } from '../state/live.ts';

/** A live tag's entries, sorted by what they are to us. */
export interface LiveEntries {
  /** Images that clients pull by platform. */
  readonly images: readonly Descriptor[];
  readonly attestations: readonly Descriptor[];
  /** What Plait does not model (no platform, artifacts): survives every update. */
  readonly others: readonly Descriptor[];
}

const NONE: LiveEntries = { images: [], attestations: [], others: [] };

/** Pure: what a live tag holds. A tag on a single image counts as an index of that one image. */
export function listLiveEntries(live: LiveTag): LiveEntries {
  if (live.kind !== 'present' || live.content === undefined) return NONE;
  const { manifest, platform } = live.content;
  if (manifest.kind === 'image') {
    const { digest, mediaType, size } = live;
    return { ...NONE, images: [{ digest, mediaType, size, ...(platform === undefined ? {} : { platform }) }] };
  }
  const attestations = manifest.manifests.filter(isAttestation);
  const images = manifest.manifests.filter((entry) => !isAttestation(entry) && hasPlatform(entry));
  const others = manifest.manifests.filter((entry) => !isAttestation(entry) && !hasPlatform(entry));
  return { images, attestations, others };
}

function hasPlatform(entry: Descriptor): boolean {
  return entry.platform !== undefined && entry.platform.os !== 'unknown';
}
