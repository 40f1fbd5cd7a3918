import { PlaitError, toPlaitError } from '../../errors/plait-error.ts';
import type { Digest } from '../../oci/digest.ts';
import { isImageMediaType, isIndexMediaType } from '../../oci/media-types.ts';
import { formatRepository, type Repository } from '../../oci/repository.ts';
import { matchesGlob } from '../../plan/glob.ts';
import type { RegistryClient, RequestOptions } from '../../registry/client.ts';
import { mapAtOnce } from '../../transport/map-at-once.ts';

/** What a HEAD tells of one tag. */
export interface TagFact {
  readonly repository: Repository;
  readonly tag: string;
  readonly kind: 'index' | 'image';
  readonly digest: Digest;
}

/** A tag or repository that could not be read. */
export interface ReadFailure {
  readonly reference: string;
  readonly error: PlaitError;
}

/** Which tags of one repository to read: those named, or all; then only those that match one of `globs`, if any. */
export interface TagSelection {
  readonly repository: Repository;
  readonly tags: readonly string[];
  readonly globs: readonly string[];
}

export interface TagFacts {
  readonly facts: readonly TagFact[];
  readonly failures: readonly ReadFailure[];
  /** Tags that hold signatures and the like, and are nobody's to declare. */
  readonly bookkeeping: number;
}

const TAGS_AT_ONCE = 64;

/** Of one repository; what is more is not a config that somebody can read. */
export const MAX_TAGS = 10_000;

/** `sha256-…`: what refers to a manifest where the registry has no list of it; with an ending, what cosign keeps. */
const BOOKKEEPING = /^sha(?:256-[0-9a-f]{64}|512-[0-9a-f]{64,128})(?:\.[A-Za-z0-9._-]+)?$/;

/** Asks for each tag of one selection, by HEAD. Failures are values; only an abort throws. */
export async function readTagFacts(
  client: RegistryClient,
  selection: TagSelection,
  options: RequestOptions & { readonly onTag?: () => void },
): Promise<TagFacts> {
  const named = await listNames(client, selection, options);
  if ('error' in named) return { facts: [], failures: [named], bookkeeping: 0 };
  const { onTag, ...request } = options;
  const answers = await mapAtOnce(named.names, TAGS_AT_ONCE, async (tag) => {
    const answer = await readTagFact(client, { repository: selection.repository, tag }, request);
    request.signal?.throwIfAborted();
    onTag?.();
    return answer;
  });
  return {
    facts: answers.flatMap((answer) => ('kind' in answer ? [answer] : [])),
    failures: answers.flatMap((answer) => ('error' in answer ? [answer] : [])),
    bookkeeping: named.bookkeeping,
  };
}

interface Names {
  readonly names: readonly string[];
  readonly bookkeeping: number;
}

async function listNames(
  client: RegistryClient,
  { repository, tags, globs }: TagSelection,
  options: RequestOptions,
): Promise<Names | ReadFailure> {
  if (tags.length > 0) return { names: tags, bookkeeping: 0 };
  const reference = formatRepository(repository);
  try {
    const all = await client.listTags(repository, options);
    const own = all.filter((tag) => !BOOKKEEPING.test(tag));
    const names = globs.length === 0 ? own : own.filter((tag) => globs.some((glob) => matchesGlob(glob, tag)));
    if (names.length > MAX_TAGS) return { reference, error: explainMany(reference, names.length) };
    if (names.length > 0) return { names, bookkeeping: all.length - own.length };
    return { reference, error: explainEmpty(reference, all.length) };
  } catch (error) {
    options.signal?.throwIfAborted();
    return { reference, error: toPlaitError(error) };
  }
}

function explainEmpty(reference: string, count: number): PlaitError {
  const message = count === 0 ? `${reference} has no tags` : `none of the ${count} tags of ${reference} is asked for`;
  return new PlaitError('SOURCE_MISSING', message, {
    hint: count === 0 ? 'check its spelling; a registry may also hide what is not yours' : 'look at --tags',
  });
}

function explainMany(reference: string, count: number): PlaitError {
  return new PlaitError('USAGE', `${reference} has ${count} tags, and ${MAX_TAGS} at most are imported in one run`, {
    hint: 'choose some with --tags',
  });
}

async function readTagFact(
  client: RegistryClient,
  { repository, tag }: Pick<TagFact, 'repository' | 'tag'>,
  options: RequestOptions,
): Promise<TagFact | ReadFailure> {
  const reference = `${formatRepository(repository)}:${tag}`;
  try {
    const head = await client.headManifest(repository, tag, options);
    if (head === undefined) return { reference, error: missing(reference) };
    const { digest, mediaType } = head;
    if (isIndexMediaType(mediaType)) return { repository, tag, kind: 'index', digest };
    if (isImageMediaType(mediaType)) return { repository, tag, kind: 'image', digest };
    return { reference, error: unknown(reference, mediaType) };
  } catch (error) {
    return { reference, error: toPlaitError(error) };
  }
}

function missing(reference: string): PlaitError {
  return new PlaitError('SOURCE_MISSING', `${reference} does not exist`, { hint: 'check the spelling' });
}

function unknown(reference: string, mediaType: string): PlaitError {
  return new PlaitError('SOURCE_UNSUPPORTED', `${reference} is neither an image nor an index: ${mediaType}`);
}
