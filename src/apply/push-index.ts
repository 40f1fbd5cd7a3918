import { isPlaitError } from '../errors/plait-error.ts';
import { readLiveTag } from '../state/read-live.ts';
import { type ApplyContext, isInterrupted } from './context.ts';
import { copyAgain } from './copy-content.ts';
import { failChange, failTag, findRegistry, nameTag, type PublishWork, type TagWork } from './work.ts';

/** Stores the index under its digest, so that only tags are left to move. */
export async function pushByDigest(context: ApplyContext, work: PublishWork): Promise<void> {
  try {
    await push(context, work, work.index.digest);
    context.emit({ kind: 'step', phase: 'push', label: work.index.digest });
  } catch (error) {
    if (isPlaitError(error, 'INTERRUPTED')) return;
    // No tag names it yet: whether it was stored makes no difference to anyone.
    failChange(work, isPlaitError(error, 'PUSH_UNSETTLED') ? error.cause : error);
  }
}

/**
 * Moves `tags` of one change: in one request where the registry confirms it, else one by one up to the first that
 * fails. Never throws.
 */
export async function moveTags(context: ApplyContext, work: PublishWork, tags: readonly TagWork[]): Promise<void> {
  await moveTogether(context, work, tags);
  for (const tag of tags) {
    if (isInterrupted(context)) return;
    if (tag.status !== 'pending') continue;
    try {
      await push(context, work, tag.name);
      settle(context, work, tag);
    } catch (error) {
      if (!isPlaitError(error, 'INTERRUPTED')) failTag(tag, error);
      return;
    }
  }
}

async function moveTogether(context: ApplyContext, work: PublishWork, tags: readonly TagWork[]): Promise<void> {
  const { registry } = work.change.repository;
  if (tags.length < 2 || context.singleTagOnly.has(registry) || isInterrupted(context)) return;
  const names = tags.map((tag) => tag.name);
  try {
    const { repository } = work.change;
    const confirmed = new Set(await context.client.putManifestTags(repository, work.index, names, context.pushOptions));
    if (confirmed.size === 0) context.singleTagOnly.add(registry);
    for (const tag of tags) if (confirmed.has(tag.name)) settle(context, work, tag);
  } catch {
    // One by one tells which tag it is that cannot be moved, and why.
    context.singleTagOnly.add(registry);
    if (isInterrupted(context)) await findMoved(context, work, tags);
  }
}

/** After an interrupt nothing is pushed one by one any more, but what a lost request did must not be forgotten. */
async function findMoved(context: ApplyContext, work: PublishWork, tags: readonly TagWork[]): Promise<void> {
  await context.limit.map(
    tags,
    () => findRegistry(work),
    async (tag) => {
      const address = { repository: work.change.repository, tag: tag.name };
      const live = await readLiveTag(context.client, address, { ...context.readOptions, onAbort: 'settle' });
      if (live.kind === 'present' && live.digest === work.index.digest) settle(context, work, tag);
    },
  );
}

function settle(context: ApplyContext, work: PublishWork, tag: TagWork): void {
  tag.status = 'moved';
  context.emit({ kind: 'step', phase: 'tag', label: nameTag(work, tag) });
}

/** An interrupt ends its waits; a write in flight ends by itself, so that its outcome is known. */
async function push(context: ApplyContext, work: PublishWork, reference: string): Promise<void> {
  const { repository, copies, assumed } = work.change;
  try {
    await context.client.putManifest(repository, reference, work.index, context.pushOptions);
  } catch (error) {
    if (!isPlaitError(error, 'REGISTRY_CHILD_UNKNOWN') || copies.length + assumed.length === 0) throw error;
    await copyAgain(context, work);
    await context.client.putManifest(repository, reference, work.index, context.pushOptions);
  }
}
