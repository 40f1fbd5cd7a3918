import { isSameIndex } from '../oci/compare.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { StoredManifest } from '../oci/manifest.ts';
import type { Platform } from '../oci/platform.ts';
import type { Comparison } from './comparison.ts';
import { diffPlatforms, type EntryDiff } from './diff.ts';
import { diffFields } from './diff-fields.ts';
import { sortEntries } from './live-entries.ts';
import { pairEntries } from './pair-entries.ts';

/** What a reference holds; `platform` of a single image, as its config names it. */
export interface PublishedContent {
  readonly name: string;
  readonly stored: StoredManifest;
  readonly platform?: Platform;
}

/** Pure: what a client sees that gets `after` instead of `before`, compared by meaning as a plan does it. */
export function compareContents(before: PublishedContent, after: PublishedContent): Comparison {
  const images = listEntries(after);
  const diff: EntryDiff = {
    images,
    pairing: pairEntries(images, listEntries(before)),
    // Nothing was declared, so that there is no source to show.
    sourceOf: () => '',
    keptAs: () => 'optional',
  };
  const fields = diffFields(diff, before.stored.manifest, after.stored.manifest);
  const platforms = diffPlatforms(diff).map((row) => ({ ...row, source: row.source ?? '' }));
  const isVisible = fields.length > 0 || platforms.some(({ action }) => action !== 'keep');
  const isSame = !isVisible && isSameContent(before.stored, after.stored);
  const [old, now] = [before.stored.digest, after.stored.digest];
  const encoding = { field: 'encoding', key: '', before: old, after: now } as const;
  return {
    name: after.name,
    before: old,
    after: now,
    isSame,
    platforms,
    fields: isVisible || old === now ? fields : [encoding],
  };
}

function isSameContent(before: StoredManifest, after: StoredManifest): boolean {
  if (before.digest === after.digest) return true;
  return (
    before.manifest.kind === 'index' && after.manifest.kind === 'index' && isSameIndex(after.manifest, before.manifest)
  );
}

/** Images, and what else is no attestation: those are compared with the fields. */
function listEntries({ stored, platform }: PublishedContent): readonly Descriptor[] {
  const { manifest, digest, mediaType, bytes } = stored;
  if (manifest.kind === 'image') {
    return [{ digest, mediaType, size: bytes.length, ...(platform === undefined ? {} : { platform }) }];
  }
  const { images, others } = sortEntries(manifest.manifests);
  return [...images, ...others];
}
