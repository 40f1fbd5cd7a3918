import pLimit from 'p-limit';
import { NO_CACHE } from '../cache/content-cache.ts';
import type { Declaration } from '../config/declaration.ts';
import type { Repository } from '../oci/repository.ts';
import type { RegistryClient } from '../registry/client.ts';
import { type ContentReader, type ContentReaderOptions, createContentReader } from './content-reader.ts';
import type { DesiredIndex } from './desired.ts';
import type { LiveTag } from './live.ts';
import { readLiveContent, readLiveTag } from './read-live.ts';
import { resolveDesired } from './resolve.ts';
import { areSourcesHeld } from './sources-held.ts';

/** Images read side by side. Only bounds memory: how many requests a host gets is the client's business. */
const IMAGES_AT_ONCE = 64;
const TAGS_AT_ONCE = 64;

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
}

export interface ReadOptions extends ContentReaderOptions {
  /** Called after each image with how many are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Reads what is wanted and what is live, in the order of `declarations`. Failures are values; only an abort throws. */
export async function readState(
  client: RegistryClient,
  declarations: readonly Declaration[],
  options: ReadOptions = {},
): Promise<readonly ImageState[]> {
  const reader = createContentReader(client, options);
  const uncached = createContentReader(client, { ...options, cache: NO_CACHE });
  let done = 0;
  return pLimit(IMAGES_AT_ONCE).map(declarations, async (declaration) => {
    options.signal?.throwIfAborted();
    const state = await readImage({ client, reader, uncached, options }, declaration);
    options.signal?.throwIfAborted();
    done += 1;
    options.onProgress?.(done, declarations.length);
    return state;
  });
}

interface Reading {
  readonly client: RegistryClient;
  readonly reader: ContentReader;
  /** For an image that the cache knows and its registry does not: reads all of it from there. */
  readonly uncached: ContentReader;
  readonly options: ReadOptions;
}

async function readImage(reading: Reading, declaration: Declaration): Promise<ImageState> {
  const [desired, heads] = await Promise.all([
    resolveDesired(reading.reader, declaration),
    readHeads(reading, declaration),
  ]);
  if (desired.kind === 'failed') return { desired, targets: heads };
  const targets = await pLimit(1).map(heads, (target) => readDiffering(reading, desired, target));
  if (await areSourcesHeld(reading.reader, desired, targets)) return { desired, targets };
  return readImage({ ...reading, reader: reading.uncached }, declaration);
}

function readHeads(reading: Reading, declaration: Declaration): Promise<readonly TargetState[]> {
  return pLimit(TAGS_AT_ONCE).map(declaration.targets, async ({ repository, tags }) => ({
    repository,
    tags: await pLimit(TAGS_AT_ONCE).map(tags, async (name) => ({
      name,
      live: await readLiveTag(reading.client, { repository, tag: name }, reading.options),
    })),
  }));
}

async function readDiffering(
  { reader }: Reading,
  desired: Extract<DesiredIndex, { kind: 'resolved' }>,
  target: TargetState,
): Promise<TargetState> {
  const wanted = desired.content.stored.digest;
  const tags = await pLimit(TAGS_AT_ONCE).map(target.tags, async ({ name, live }) => ({
    name,
    live: await readLiveContent(reader, target.repository, { live, wanted }),
  }));
  return { repository: target.repository, tags };
}
