import { NO_CACHE } from '../cache/content-cache.ts';
import type { Declaration } from '../config/declaration.ts';
import { toPlaitError } from '../errors/plait-error.ts';
import type { Digest } from '../oci/digest.ts';
import type { Repository } from '../oci/repository.ts';
import type { RegistryClient } from '../registry/client.ts';
import { createRegistryLimit } from '../registry/registry-limit.ts';
import { mapAtOnce } from '../transport/map-at-once.ts';
import { type ChildReader, createChildReader } from './children.ts';
import { type ContentReader, type ContentReaderOptions, createContentReader } from './content-reader.ts';
import type { DesiredIndex } from './desired.ts';
import { type ImageLabels, readLabels } from './labels.ts';
import type { LiveTag } from './live.ts';
import type { LockFile } from './lock-file.ts';
import { type LockUse, type RecordedSources, recordSources } from './lock-use.ts';
import type { PinnedSource } from './pin.ts';
import { readLiveChildren, readLiveContent, readLiveTag } from './read-live.ts';
import { type FoundReferrer, readReferrers } from './referrers.ts';
import { resolveDesired } from './resolve.ts';
import { findSharing } from './shared-sources.ts';
import { areSourcesHeld } from './sources-held.ts';

/**
 * Images of one registry read side by side: enough to keep the client busy, which has its own limits. Each takes memory
 * until it is read.
 */
const IMAGES_AT_ONCE = 32;
const TAGS_AT_ONCE = 64;

/** What a declared tag holds, by its name. */
export interface TagState {
  readonly name: string;
  readonly live: LiveTag;
}

export interface TargetState {
  readonly repository: Repository;
  readonly tags: readonly TagState[];
}

/** Both sides of the comparison for one declaration. */
export interface ImageState {
  readonly desired: DesiredIndex;
  readonly targets: readonly TargetState[];
  /** Labels of the images that may be published, by digest; of none when no guard asks for them. */
  readonly labels: ReadonlyMap<Digest, ImageLabels>;
  /** What describes the images to publish, as far as `referrers` and `attestations` ask for it. */
  readonly referrers: readonly FoundReferrer[];
  /** What the floating sources were found to be; only when that is to be recorded in a lock file. */
  readonly sources?: readonly PinnedSource[];
}

export interface ReadOptions extends ContentReaderOptions {
  /** `verify`: every child of every live index must still be there. Off when left out. */
  readonly children?: 'off' | 'verify';
  /** Absent: the sources are what their tags hold now, and nobody wants to know. */
  readonly lock?: LockUse;
  /** What read content before, so that nothing of it is asked for again. Left out: a new one. */
  readonly reader?: ContentReader;
  /** Called after each image with how many are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Reads what is wanted and what is live, in the order of `declarations`. Failures are values; only an abort throws. */
export function readState(
  client: RegistryClient,
  declarations: readonly Declaration[],
  options: ReadOptions = {},
): Promise<readonly ImageState[]> {
  return readEach(client, declarations, { ...options, take: (state) => state });
}

/**
 * As {@link readState}, and gives each image to `take` as soon as it is read, in no order. Only what `take` makes of it is
 * kept, so that the memory of a run does not grow with all that it reads.
 */
export async function readEach<Kept>(
  client: RegistryClient,
  declarations: readonly Declaration[],
  options: ReadOptions & { readonly take: (state: ImageState) => Kept },
): Promise<readonly Kept[]> {
  const readerOf = chooseReaders(client, declarations, options);
  const uncached = createContentReader(client, { ...options, cache: NO_CACHE });
  const children = options.children === 'verify' ? createChildReader(client, options) : undefined;
  let done = 0;
  const read = async (declaration: Declaration): Promise<Kept> => {
    options.signal?.throwIfAborted();
    const reader = readerOf(declaration);
    const kept = options.take(await readImage({ client, reader, uncached, children, options }, declaration));
    options.signal?.throwIfAborted();
    done += 1;
    options.onProgress?.(done, declarations.length);
    return kept;
  };
  return createRegistryLimit(IMAGES_AT_ONCE).map(declarations, findRegistry, read);
}

/** Where most of what is read for an image is, as a rule. */
function findRegistry({ targets }: Declaration): string {
  return targets[0]?.repository.registry ?? '';
}

/**
 * One reader for all images that share sources, so that each source is read once; it remembers what it reads. One of its
 * own for an image that shares none, to be forgotten with it: what two of those have in common is in the cache. Without a
 * cache, one for all.
 */
function chooseReaders(
  client: RegistryClient,
  declarations: readonly Declaration[],
  options: ReadOptions,
): (declaration: Declaration) => ContentReader {
  const shared = options.reader ?? createContentReader(client, options);
  const { cache = NO_CACHE } = options;
  if (options.reader !== undefined || cache === NO_CACHE) return () => shared;
  const sharing = findSharing(declarations);
  return (declaration) => (sharing.has(declaration) ? shared : createContentReader(client, options));
}

interface Reading {
  readonly client: RegistryClient;
  readonly reader: ContentReader;
  /** For an image that the cache knows and its registry does not: reads all of it from there. */
  readonly uncached: ContentReader;
  readonly children: ChildReader | undefined;
  readonly options: ReadOptions;
}

async function readImage(reading: Reading, declaration: Declaration): Promise<ImageState> {
  const [desired, heads] = await Promise.all([
    resolveDesired(reading.reader, declaration, findPins(reading.options)),
    readHeads(reading, declaration),
  ]);
  if (desired.kind === 'failed') return { desired, targets: heads, labels: new Map(), referrers: [] };
  const targets = await mapAtOnce(heads, 1, (target) => readDiffering(reading, desired, target));
  if (!(await areSourcesHeld(reading.reader, desired, targets))) {
    return readImage({ ...reading, reader: reading.uncached }, declaration);
  }
  const labels = await readLabels(reading.reader, desired, targets);
  return followReferrers(reading, { ...(await record(reading, desired)), targets, labels, referrers: [] });
}

/** Adds what describes the images. What cannot be read keeps the image from being planned: it would go without. */
async function followReferrers({ reader }: Reading, state: ImageState): Promise<ImageState> {
  const { desired, targets } = state;
  if (desired.kind === 'failed') return state;
  try {
    const { referrers, notices } = await readReferrers(reader, desired, targets);
    return { ...state, referrers, desired: { ...desired, notices: [...desired.notices, ...notices] } };
  } catch (error) {
    const failures = [{ reference: undefined, error: toPlaitError(error) }];
    return { ...state, desired: { kind: 'failed', declaration: desired.declaration, failures } };
  }
}

function findPins({ lock }: ReadOptions): LockFile | undefined {
  return lock?.mode === 'enforce' ? lock.lock : undefined;
}

async function record(
  { reader, options: { lock } }: Reading,
  desired: Extract<DesiredIndex, { kind: 'resolved' }>,
): Promise<RecordedSources | { readonly desired: DesiredIndex }> {
  return lock?.mode === 'record' ? recordSources(reader, desired, lock.lock) : { desired };
}

function readHeads(reading: Reading, declaration: Declaration): Promise<readonly TargetState[]> {
  return mapAtOnce(declaration.targets, TAGS_AT_ONCE, async ({ repository, tags }) => ({
    repository,
    tags: await mapAtOnce(tags, TAGS_AT_ONCE, async (name) => ({
      name,
      live: await readLiveTag(reading.client, { repository, tag: name }, reading.options),
    })),
  }));
}

async function readDiffering(
  { reader, children }: Reading,
  { content }: Extract<DesiredIndex, { kind: 'resolved' }>,
  target: TargetState,
): Promise<TargetState> {
  const { stored } = content;
  const tags = await mapAtOnce(target.tags, TAGS_AT_ONCE, async ({ name, live }) => {
    const read = await readLiveContent(reader, target.repository, { live, wanted: stored.digest });
    if (children === undefined) return { name, live: read };
    return {
      name,
      live: await readLiveChildren({ reader, children }, target.repository, { live: read, wanted: stored }),
    };
  });
  return { repository: target.repository, tags };
}
