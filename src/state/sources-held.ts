import type { Digest } from '../oci/digest.ts';
import type { Repository } from '../oci/repository.ts';
import { mapAtOnce } from '../transport/map-at-once.ts';
import type { ContentReader } from './content-reader.ts';
import type { DesiredContent, DesiredIndex } from './desired.ts';
import type { LiveTag } from './live.ts';

/** What a target holds, as far as it was read. */
export interface LiveTarget {
  readonly tags: readonly { readonly live: LiveTag }[];
}

/** One manifest to publish, and where it is found now. */
export interface Wanted {
  readonly repository: Repository;
  readonly digest: Digest;
}

const SOURCES_AT_ONCE = 16;

/**
 * False when something that `desired` would add to a target was found in the cache only, and its registry does not confirm
 * that it still holds it: not every registry refuses an index whose image is gone. Nothing is asked for what is live
 * already. Never throws: no answer is no confirmation.
 */
export async function areSourcesHeld(
  reader: ContentReader,
  { content }: Extract<DesiredIndex, { kind: 'resolved' }>,
  targets: readonly LiveTarget[],
): Promise<boolean> {
  const answers = await mapAtOnce(listAdded(content, targets), SOURCES_AT_ONCE, ({ repository, digest }) =>
    reader.isHeld(repository, digest).catch(() => false),
  );
  return !answers.includes(false);
}

/** What `content` names that one of the targets does not hold already, as far as their tags show. */
export function listAdded(content: DesiredContent, targets: readonly LiveTarget[]): readonly Wanted[] {
  return listWanted(content).filter(({ digest }) =>
    targets.some((target) => !isLive(target, content.stored.digest, digest)),
  );
}

function listWanted(content: DesiredContent): readonly Wanted[] {
  if (content.kind === 'copy') return [{ repository: content.source.repository, digest: content.stored.digest }];
  return content.entries.map(({ source, descriptor }) => ({
    repository: source.repository,
    digest: descriptor.digest,
  }));
}

/** True when a tag of the target holds the whole of what is wanted, or names the one manifest. */
function isLive({ tags }: LiveTarget, whole: Digest, digest: Digest): boolean {
  return tags.some(({ live }) => {
    if (live.kind !== 'present' || live.missing?.includes(digest) === true) return false;
    if (live.digest === whole || live.digest === digest) return true;
    const manifest = live.content?.manifest;
    return manifest?.kind === 'index' && manifest.manifests.some((entry) => entry.digest === digest);
  });
}
