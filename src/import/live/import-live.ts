import { toPlaitError } from '../../errors/plait-error.ts';
import type { Digest } from '../../oci/digest.ts';
import type { StoredIndex } from '../../oci/manifest.ts';
import { formatRepository } from '../../oci/repository.ts';
import type { RegistryClient } from '../../registry/client.ts';
import { type ContentReader, type ContentReaderOptions, createContentReader } from '../../state/content-reader.ts';
import { mapAtOnce } from '../../transport/map-at-once.ts';
import type { ImportedImage, ImportResult } from '../imported.ts';
import { type PinChoice, toCopy } from './candidates.ts';
import { readEntryFacts } from './entry-facts.ts';
import { groupTags, type TagGroup } from './group-tags.ts';
import { findUsedTags, leaveOut } from './leave-out.ts';
import type { LiveRequest } from './request.ts';
import { listSourceRepositories, listTagsByDigest } from './source-repositories.ts';
import { createSourceSearch, type SourceSearch } from './source-search.ts';
import { describeImport } from './summary.ts';
import { type ReadFailure, readTagFacts, type TagFacts, type TagSelection } from './tag-facts.ts';
import { type WrittenIndex, writeIndex } from './write-index.ts';

export interface LiveOptions extends ContentReaderOptions {
  readonly onProgress?: (done: number, total: number) => void;
}

const INDEXES_AT_ONCE = 16;

/**
 * Reads what the selected tags hold and writes it down, so that a plan of the result is empty. What cannot be spelled out
 * is copied whole, and what cannot be read is left out; both are in the notes. Throws only when aborted.
 */
export async function importLive(
  client: RegistryClient,
  request: LiveRequest,
  options: LiveOptions = {},
): Promise<ImportResult> {
  const reader = createContentReader(client, options);
  const { onProgress, cache: _cache, ...rest } = options;
  const own = await readAll(client, request.selections, rest);
  const others = await readAll(
    client,
    request.sources.map((repository) => ({ repository, tags: [], globs: [] })),
    rest,
  );
  const groups = groupTags(own.flatMap(({ facts }) => facts));
  const indexes = groups.filter((group) => group.kind === 'index');
  const repositories = await listSourceRepositories(client, { request, own, others }, rest);
  const search = createSourceSearch(reader, { repositories, patterns: request.patterns });
  const tags = listTagsByDigest([...own, ...others]);
  let done = 0;
  const results = await mapAtOnce(indexes, INDEXES_AT_ONCE, async (group) => {
    const written = await importIndex({ reader, search, tags, pin: request.pin }, group);
    options.signal?.throwIfAborted();
    done += 1;
    onProgress?.(done, indexes.length);
    return { group, written };
  });
  const failures = [...[...own, ...others].flatMap((each) => each.failures), ...results.flatMap(toFailure)];
  const written = results.flatMap((result) => (result.written.kind === 'written' ? [result.written] : []));
  const single = groups.filter((group) => group.kind === 'image');
  const copies = single.filter((group) => request.all || isNamed(group, request.selections)).map(toSingleCopy);
  const used = request.all ? new Set<string>() : findUsedTags(written, request.selections);
  const images = leaveOut([...written.map(({ image }) => image), ...copies], used);
  return describeImport({ request, written, images, single, used, failures, facts: own });
}

async function readAll(
  client: RegistryClient,
  selections: readonly TagSelection[],
  options: Pick<LiveOptions, 'signal'>,
): Promise<readonly TagFacts[]> {
  return mapAtOnce(selections, 1, (selection) => readTagFacts(client, selection, options));
}

interface IndexTools {
  readonly reader: ContentReader;
  readonly search: SourceSearch;
  readonly tags: ReadonlyMap<Digest, string>;
  readonly pin: PinChoice;
}

async function importIndex({ reader, search, tags, pin }: IndexTools, group: TagGroup): Promise<WrittenIndex> {
  const { repository, digest, targets } = group;
  try {
    const stored = await reader.readManifest(repository, digest);
    if (stored === undefined || stored.manifest.kind !== 'index') throw new Error('the tag moved while it was read');
    const entries = await readEntryFacts(reader, repository, stored.manifest);
    const sought = entries.map(({ platform, descriptor }) => ({ platform, digest: descriptor.digest }));
    const names = targets.flatMap((target) => target.tags);
    const templates = pin === 'always' ? [] : await search.findTemplates(sought, names);
    return await writeIndex(reader, {
      repository,
      targets,
      stored: stored as StoredIndex,
      entries,
      templates,
      tags,
      pin,
    });
  } catch (error) {
    return { kind: 'unreadable', error: toPlaitError(error) };
  }
}

function toFailure({
  group,
  written,
}: {
  readonly group: TagGroup;
  readonly written: WrittenIndex;
}): readonly ReadFailure[] {
  if (written.kind !== 'unreadable') return [];
  const [tag = ''] = group.targets[0]?.tags ?? [];
  return [{ reference: `${formatRepository(group.repository)}:${tag}`, error: written.error }];
}

/** True when one of its tags was asked for by name. */
function isNamed({ targets }: TagGroup, selections: readonly TagSelection[]): boolean {
  const names = new Set(
    selections.flatMap(({ repository, tags }) => tags.map((tag) => `${formatRepository(repository)}:${tag}`)),
  );
  return targets.some(({ repository, tags }) => tags.some((tag) => names.has(`${repository}:${tag}`)));
}

function toSingleCopy({ repository, digest, targets }: TagGroup): ImportedImage {
  return toCopy({ repository, targets, stored: { digest } });
}
