import { formatPlatform, normalizePlatform, type Platform } from '../oci/platform.ts';
import type { DesiredContent } from '../state/desired.ts';
import { listLiveEntries, sortEntries } from './live-entries.ts';
import type { ReadableTag } from './plan-tag.ts';

/** Pure: the platforms of a tag that is right. Its content was read only when its digest is not the wanted one. */
export function listSettledPlatforms(content: DesiredContent, live: ReadableTag): readonly string[] {
  const isWanted = live.kind === 'present' && live.digest === content.stored.digest;
  const platforms = isWanted ? listWanted(content) : listLiveEntries(live).images.map(({ platform }) => platform);
  return platforms.flatMap((platform) => (platform === undefined ? [] : [formatPlatform(normalizePlatform(platform))]));
}

function listWanted(content: DesiredContent): readonly (Platform | undefined)[] {
  const { manifest } = content.stored;
  if (manifest.kind === 'index') return sortEntries(manifest.manifests).images.map(({ platform }) => platform);
  return [content.kind === 'copy' ? content.platform : undefined];
}
