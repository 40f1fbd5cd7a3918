import { isPlaitError, PlaitError } from '../errors/plait-error.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import { toStoredIndex } from '../oci/index-bytes.ts';
import type { ImageIndex } from '../oci/manifest.ts';
import { MANIFEST_MEDIA_TYPES, MEDIA_TYPES } from '../oci/media-types.ts';
import type { RequestOptions } from './client.ts';
import { describePlace, type Place } from './context.ts';
import { headManifest } from './head-manifest.ts';
import { readReferrersTag, toReferrersTag } from './referrers-tag.ts';
import { putManifest } from './write-manifest.ts';

/** Manifests that are stored in one place, and what they refer to. */
export interface Announcement {
  readonly place: Place;
  readonly subject: Digest;
  readonly referrers: readonly Descriptor[];
  readonly options: RequestOptions;
}

/** What the index is to hold, as it is found out while the index is read and written. */
interface Draft extends Announcement {
  /** What is to be added, and everything that was seen in the index. */
  readonly entries: Map<Digest, Descriptor>;
  /** Entries that named nothing when the registry refused the index for the lack of something. */
  readonly suspects: Set<Digest>;
  /** Suspects that named nothing the next time either. */
  readonly gone: Set<Digest>;
}

/** How often the index is written, when others write it too. */
const TRIES = 8;
const MAX_CHECKS = 1000;

/**
 * Adds referrers to the index under the fall-back tag of their subject. Registries know no "only if unchanged"; so the
 * index is read again a while after it was written, and written again when another writer took away what is to be added
 * or was seen there. Throws TAG_OVERWRITTEN when that does not end, REGISTRY_PROTOCOL when the tag holds something else,
 * and whatever keeps it from being read: an index that cannot be read is not one that is absent.
 */
export async function addTaggedReferrers(announcement: Announcement): Promise<void> {
  const entries = new Map(announcement.referrers.map((referrer) => [referrer.digest, referrer]));
  const draft: Draft = { ...announcement, entries, suspects: new Set(), gone: new Set() };
  const { transport } = announcement.place.channel;
  for (let attempt = 1; ; attempt += 1) {
    const next = toNext(draft, await readIndex(announcement));
    if (next === undefined) return;
    if (attempt > TRIES) throw toOverwritten(announcement);
    await writeIndex(draft, next);
    await transport.settle(attempt + 1, announcement.options.signal);
  }
}

async function readIndex({ place, subject, options }: Announcement): Promise<ImageIndex> {
  const tagged = await readReferrersTag(place, subject, options);
  if (tagged.kind === 'index') return tagged.index;
  if (tagged.kind === 'absent') return { kind: 'index', mediaType: MEDIA_TYPES.ociIndex, manifests: [] };
  const what = describePlace(place.repository, toReferrersTag(subject));
  throw new PlaitError('REGISTRY_PROTOCOL', `${what} is no list of referrers: it holds ${tagged.mediaType}`, {
    hint: 'this tag is for lists of signatures and the like; give what it holds another tag',
  });
}

/** The index as it should be, what is there in its order; undefined when nothing is missing. */
function toNext({ entries, gone }: Draft, live: ImageIndex): ImageIndex | undefined {
  const kept = live.manifests.filter(({ digest }) => !gone.has(digest));
  for (const entry of kept) if (!entries.has(entry.digest)) entries.set(entry.digest, entry);
  const held = new Set(kept.map(({ digest }) => digest));
  const missing = [...entries.values()].filter(({ digest }) => !held.has(digest));
  return missing.length === 0 ? undefined : { ...live, manifests: [...kept, ...missing] };
}

async function writeIndex(draft: Draft, next: ImageIndex): Promise<void> {
  const { place, subject, options } = draft;
  const reference = toReferrersTag(subject);
  try {
    await putManifest({ place, reference, manifest: toStoredIndex(next), options });
  } catch (error) {
    if (isPlaitError(error, 'REGISTRY_TAG_IMMUTABLE')) throw toImmutable(error);
    if (!isPlaitError(error, 'REGISTRY_CHILD_UNKNOWN') || !(await dropDangling(draft, next))) throw error;
  }
}

/**
 * Lets go of entries whose manifest was deleted, because distribution takes no index that names such: those that are
 * absent at two refusals, since replicated registries show new content late. False when none is absent.
 */
async function dropDangling(draft: Draft, next: ImageIndex): Promise<boolean> {
  const own = new Set(draft.referrers.map(({ digest }) => digest));
  const others = next.manifests.filter((entry) => !own.has(entry.digest) && isAskable(entry));
  let isAnyAbsent = false;
  for (const { digest } of others.slice(0, MAX_CHECKS)) {
    if ((await headManifest(draft.place, digest, draft.options)) !== undefined) continue;
    isAnyAbsent = true;
    if (draft.suspects.has(digest)) forget(draft, digest);
    draft.suspects.add(digest);
  }
  return isAnyAbsent;
}

/** Of a type that is not asked for, a registry may say that it is not there. */
function isAskable({ mediaType }: Descriptor): boolean {
  return MANIFEST_MEDIA_TYPES.includes(mediaType);
}

function forget({ entries, gone }: Draft, digest: Digest): void {
  entries.delete(digest);
  gone.add(digest);
}

function toImmutable({ message, status, cause }: PlaitError): PlaitError {
  return new PlaitError('REGISTRY_TAG_IMMUTABLE', message, {
    hint: 'signatures and the like are listed under this tag: let the rule of the registry leave out `sha256-*`',
    status,
    cause,
  });
}

function toOverwritten({ place, subject }: Announcement): PlaitError {
  const what = describePlace(place.repository, toReferrersTag(subject));
  return new PlaitError('TAG_OVERWRITTEN', `${what} does not keep what was added: others write it all the time`, {
    hint: 'run again when no other job pushes signatures of this image',
  });
}
