import type { Declaration } from '../config/declaration.ts';
import type { PlaitError } from '../errors/plait-error.ts';
import { isPlaitError } from '../errors/plait-error.ts';
import { isSameIndex } from '../oci/compare.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import { toStoredIndex } from '../oci/index-bytes.ts';
import type { ImageIndex, StoredIndex, StoredManifest } from '../oci/manifest.ts';
import { formatReference } from '../oci/reference.ts';
import type { BuiltContent, CopiedContent, DesiredContent } from '../state/desired.ts';
import type { LiveTag } from '../state/live.ts';
import { diffPlatforms, type EntryDiff } from './diff.ts';
import { diffFields } from './diff-fields.ts';
import { listLiveEntries } from './live-entries.ts';
import { mergeIndex } from './merge.ts';
import { pairEntries } from './pair-entries.ts';
import type { FieldChange, PlatformChange } from './plan.ts';
import { describeRestoration } from './restore.ts';

/** What one tag needs. */
export type TagOutcome =
  | { readonly kind: 'unchanged'; readonly digest: Digest }
  /** `repair`: the tag holds what is wanted, and images that its index names are gone. */
  | {
      readonly kind: 'change' | 'repair';
      readonly wanted: StoredManifest;
      readonly platforms: readonly PlatformChange[];
      readonly fields: readonly FieldChange[];
    }
  | { readonly kind: 'failed'; readonly error: PlaitError };

/** A tag that was read: unreadable ones never get here. */
export type ReadableTag = Exclude<LiveTag, { kind: 'unreadable' }>;

/** Pure: compares one live tag with what is declared for it. */
export function planTag(declaration: Declaration, content: DesiredContent, live: ReadableTag): TagOutcome {
  if (live.kind === 'present' && live.digest === content.stored.digest) {
    return settleTag(content, live, content.stored);
  }
  if (content.kind === 'copy') return planCopy(content, live);
  try {
    return planIndex(declaration, content, live);
  } catch (error) {
    if (isPlaitError(error)) return { kind: 'failed', error };
    throw error;
  }
}

/** A tag that holds what is wanted: nothing to do, unless something that its index names is gone. */
function settleTag(
  content: DesiredContent,
  live: Extract<ReadableTag, { kind: 'present' }>,
  stored: StoredManifest | undefined,
): TagOutcome {
  if ((live.missing ?? []).length === 0 || stored === undefined) return { kind: 'unchanged', digest: live.digest };
  return { kind: 'repair', wanted: stored, ...describeRestoration(content, live, stored) };
}

function planIndex(declaration: Declaration, content: BuiltContent, live: ReadableTag): TagOutcome {
  const merged = mergeIndex(declaration, content, live);
  const current = live.kind === 'present' ? live.content?.manifest : undefined;
  const wanted = toStoredIndex(merged.index);
  if (live.kind === 'present' && current?.kind === 'index' && isSettled(declaration, wanted, { live, current })) {
    return settleTag(content, live, live.content?.stored ?? wanted);
  }
  const sources = new Map(content.entries.map((entry) => [entryKey(entry.descriptor), formatReference(entry.source)]));
  const diff: EntryDiff = {
    images: merged.images,
    pairing: merged.pairing,
    sourceOf: (entry) => sources.get(entryKey(entry)) ?? null,
    keptAs: (entry) => (merged.unmanaged.has(entry.digest) ? 'unmanaged' : 'optional'),
  };
  const fields = current === undefined ? [] : diffFields(diff, current, merged.index);
  return { kind: 'change', wanted, platforms: diffPlatforms(diff), fields: orEncoding(fields, diff, { live, wanted }) };
}

/** With `compare: bytes` equal meaning is not enough. */
function isSettled(
  declaration: Declaration,
  wanted: StoredIndex,
  { live, current }: { readonly live: { readonly digest: Digest }; readonly current: ImageIndex },
): boolean {
  if (wanted.digest === live.digest) return true;
  return declaration.compare === 'semantic' && isSameIndex(wanted.manifest, current);
}

/** A change that shows in no platform and no field is one of the bytes alone. */
function orEncoding(
  fields: readonly FieldChange[],
  diff: EntryDiff,
  { live, wanted }: { readonly live: ReadableTag; readonly wanted: StoredIndex },
): readonly FieldChange[] {
  if (live.kind !== 'present' || live.content?.manifest.kind !== 'index' || fields.length > 0) return fields;
  if (diffPlatforms(diff).some((row) => row.action !== 'keep')) return fields;
  return [{ field: 'encoding', key: '', before: live.digest, after: wanted.digest }];
}

/** Pure: what it takes to bring a tag to exactly these bytes. */
export function planCopy(
  content: CopiedContent,
  live: ReadableTag,
): Extract<TagOutcome, { kind: 'change' | 'repair' }> {
  const { stored } = content;
  const { digest, mediaType } = stored;
  const images = listLiveEntries({
    kind: 'present',
    digest,
    mediaType,
    size: stored.bytes.length,
    content: { manifest: stored.manifest, ...(content.platform === undefined ? {} : { platform: content.platform }) },
  }).images;
  const source = formatReference(content.source);
  const diff: EntryDiff = {
    images,
    pairing: pairEntries(images, listLiveEntries(live).images),
    sourceOf: () => source,
    keptAs: () => 'optional',
  };
  const current = live.kind === 'present' ? live.content?.manifest : undefined;
  const fields = current === undefined ? [] : diffFields(diff, current, stored.manifest);
  return { kind: 'change', wanted: stored, platforms: diffPlatforms(diff), fields };
}

function entryKey(entry: Descriptor): string {
  return `${entry.digest} ${JSON.stringify(entry.platform ?? null)}`;
}
