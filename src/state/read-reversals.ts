import { PlaitError, toPlaitError } from '../errors/plait-error.ts';
import { type Digest, shortDigest } from '../oci/digest.ts';
import type { StoredManifest } from '../oci/manifest.ts';
import { formatReference } from '../oci/reference.ts';
import { formatRepository, type Repository } from '../oci/repository.ts';
import type { RegistryClient, RequestOptions } from '../registry/client.ts';
import { mapAtOnce } from '../transport/map-at-once.ts';
import { type ChildReader, createChildReader } from './children.ts';
import { type ContentReader, createContentReader } from './content-reader.ts';
import type { CopiedContent } from './desired.ts';
import type { LiveTag } from './live.ts';
import { readLiveContent, readLiveTag } from './read-live.ts';

/** One tag that an apply wrote, or may have written, and that is to be as it was before. */
export interface Reversal {
  readonly id: string;
  readonly origin: string;
  readonly repository: Repository;
  readonly tag: string;
  /** What the apply left; null: nothing, the tag was deleted. Never the same as `before`. */
  readonly left: Digest | null;
  /** What the tag held before; null: nothing, it was created. */
  readonly before: Digest | null;
}

/** What there is to do for one of them. */
export type ReversalState =
  | {
      readonly kind: 'ready';
      readonly reversal: Reversal;
      /** With its content. */
      readonly live: Exclude<LiveTag, { kind: 'unreadable' }>;
      /** Undefined: nothing, the tag is to go. */
      readonly content: CopiedContent | undefined;
    }
  /** The tag holds already what it held before. */
  | { readonly kind: 'back'; readonly reversal: Reversal }
  /** Somebody else has written the tag since; null: it is gone. */
  | { readonly kind: 'moved'; readonly reversal: Reversal; readonly now: Digest | null }
  | { readonly kind: 'failed'; readonly reversal: Reversal; readonly error: PlaitError };

const TAGS_AT_ONCE = 64;

/**
 * Reads what the tags hold, and what they held before: by digest, from the registry itself and with every child, as only
 * what is still there can be gone back to. Failures are values; only an abort throws.
 */
export async function readReversals(
  client: RegistryClient,
  reversals: readonly Reversal[],
  { onProgress, ...options }: RequestOptions & { readonly onProgress?: (done: number, total: number) => void } = {},
): Promise<readonly ReversalState[]> {
  const reading = {
    client,
    options,
    reader: createContentReader(client, options),
    children: createChildReader(client, options),
  };
  let done = 0;
  const states = await mapAtOnce(reversals, TAGS_AT_ONCE, async (reversal) => {
    const state = await readReversal(reading, reversal);
    done += 1;
    onProgress?.(done, reversals.length);
    return state;
  });
  options.signal?.throwIfAborted();
  return states;
}

interface Reading {
  readonly client: RegistryClient;
  readonly options: RequestOptions;
  readonly reader: ContentReader;
  readonly children: ChildReader;
}

async function readReversal(reading: Reading, reversal: Reversal): Promise<ReversalState> {
  const { repository, tag, left, before } = reversal;
  const head = await readLiveTag(reading.client, { repository, tag }, reading.options);
  if (head.kind === 'unreadable') return { kind: 'failed', reversal, error: head.error };
  const now = head.kind === 'present' ? head.digest : null;
  if (now === before) return { kind: 'back', reversal };
  if (now !== left) return { kind: 'moved', reversal, now };
  if (before === null) return { kind: 'ready', reversal, live: head, content: undefined };
  try {
    const content = await readBefore(reading, repository, before);
    const live = await readLiveContent(reading.reader, repository, { live: head, wanted: before });
    if (live.kind === 'unreadable') return { kind: 'failed', reversal, error: live.error };
    return { kind: 'ready', reversal, live, content };
  } catch (error) {
    return { kind: 'failed', reversal, error: toPlaitError(error) };
  }
}

async function readBefore(
  { reader, children }: Reading,
  repository: Repository,
  digest: Digest,
): Promise<CopiedContent> {
  const source = { repository, digest };
  const stored = await reader.readManifest(repository, digest);
  if (stored === undefined) throw gone(`${formatReference(source)} is gone from the registry`);
  const { manifest } = stored;
  if (manifest.kind === 'image') {
    const { platform } = await reader.readConfig(repository, manifest);
    return { kind: 'copy', source, stored, ...(platform === undefined ? {} : { platform }) };
  }
  const missing = await children.findMissing(repository, manifest);
  if (missing.length > 0) throw gone(describeMissing(repository, stored, missing));
  return { kind: 'copy', source, stored };
}

function describeMissing(repository: Repository, { digest }: StoredManifest, missing: readonly Digest[]): string {
  const names = missing.map(shortDigest).join(', ');
  return `${formatRepository(repository)}@${shortDigest(digest)} names ${names}, gone from the registry`;
}

function gone(message: string): PlaitError {
  return new PlaitError('CHILD_MISSING', message, {
    hint: 'a clean-up took it; push it again, or leave its tags out with  --exclude repository:tag',
  });
}
