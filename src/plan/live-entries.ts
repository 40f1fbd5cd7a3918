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
  return sortEntries(manifest.manifests);
}

/** Pure: the entries of an index by what they are to us, each list in the order of the index. */
export function sortEntries(entries: readonly Descriptor[]): LiveEntries {
  return {
    images: entries.filter((entry) => !isAttestation(entry) && hasPlatform(entry)),
    attestations: entries.filter(isAttestation),
    others: entries.filter((entry) => !isAttestation(entry) && !hasPlatform(entry)),
  };
}

function hasPlatform(entry: Descriptor): boolean {
  return entry.platform !== undefined && entry.platform.os !== 'unknown';
}
