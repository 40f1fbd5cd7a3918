import type { Descriptor } from './descriptor.ts';
import { encodeMap } from './go-json.ts';
import type { ImageIndex } from './manifest.ts';
import { formatPlatform, normalizePlatform, type Platform } from './platform.ts';

/**
 * True when both indexes mean the same to whoever pulls or inspects them: equal media type, equal annotations, and the
 * same entries, whatever their order. An entry is its digest, its folded platform and its annotations; attestations are
 * entries like any other.
 *
 * Not a difference, because the digest decides it or no client acts on it: spacing and key order, the order of features,
 * empty against absent, `unknown/unknown` against no platform, size and media type of an entry, and what Plait does not
 * declare (`artifactType`, `subject`, `urls`, `data`, unmodelled fields).
 */
export function isSameIndex(desired: ImageIndex, live: ImageIndex): boolean {
  if (desired.mediaType !== live.mediaType || desired.manifests.length !== live.manifests.length) return false;
  if (encodeMap(desired.annotations) !== encodeMap(live.annotations)) return false;
  const wanted = desired.manifests.map(toEntryKey).sort();
  const found = live.manifests.map(toEntryKey).sort();
  return wanted.every((key, position) => key === found[position]);
}

/** Equal text for two entries exactly when they are the same in the sense of {@link isSameIndex}. */
function toEntryKey({ digest, platform, annotations }: Descriptor): string {
  return `${digest} ${toPlatformKey(platform)} ${encodeMap(annotations) ?? ''}`;
}

function toPlatformKey(platform: Platform | undefined): string {
  const text = platform === undefined ? '' : formatPlatform(normalizePlatform(platform));
  return text === 'unknown/unknown' ? '' : text;
}
