import { isPlaitError } from '../errors/plait-error.ts';
import type { ApplyContext } from './context.ts';
import { copyAgain } from './copy-content.ts';
import { type ChangeWork, failChange, failTag, nameTag, type TagWork } from './work.ts';

/** Stores the index under its digest, so that only tags are left to move. */
export async function pushByDigest(context: ApplyContext, work: ChangeWork): Promise<void> {
  try {
    await push(context, work, work.index.digest);
    context.emit({ kind: 'step', phase: 'push', label: work.index.digest });
  } catch (error) {
    failChange(work, error);
  }
}

/**
 * Moves `tags` of one change: in one request where the registry confirms it, else one by one up to the first that
 * fails. Never throws.
 */
export async function moveTags(context: ApplyContext, work: ChangeWork, tags: readonly TagWork[]): Promise<void> {
  await moveTogether(context, work, tags);
  for (const tag of tags) {
    if (context.signal?.aborted === true) return;
    if (tag.status !== 'pending') continue;
    try {
      await push(context, work, tag.name);
      settle(context, work, tag);
    } catch (error) {
      failTag(tag, error);
      return;
    }
  }
}

async function moveTogether(context: ApplyContext, work: ChangeWork, tags: readonly TagWork[]): Promise<void> {
  const { registry } = work.change.repository;
  if (tags.length < 2 || context.singleTagOnly.has(registry) || context.signal?.aborted === true) return;
  const names = tags.map((tag) => tag.name);
  try {
    const confirmed = new Set(await context.client.putManifestTags(work.change.repository, work.index, names));
    if (confirmed.size === 0) context.singleTagOnly.add(registry);
    for (const tag of tags) if (confirmed.has(tag.name)) settle(context, work, tag);
  } catch {
    // One by one tells which tag it is that cannot be moved, and why.
    context.singleTagOnly.add(registry);
  }
}

function settle(context: ApplyContext, work: ChangeWork, tag: TagWork): void {
  tag.status = 'moved';
  context.emit({ kind: 'step', phase: 'tag', label: nameTag(work, tag) });
}

/** Not given the abort signal on purpose: a write in flight ends, so that its outcome is known. */
async function push(context: ApplyContext, work: ChangeWork, reference: string): Promise<void> {
  const { repository, copies, assumed } = work.change;
  try {
    await context.client.putManifest(repository, reference, work.index);
  } catch (error) {
    if (!isPlaitError(error, 'REGISTRY_CHILD_UNKNOWN') || copies.length + assumed.length === 0) throw error;
    await copyAgain(context, work);
    await context.client.putManifest(repository, reference, work.index);
  }
}
