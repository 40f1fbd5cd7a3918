import { PlaitError } from '../errors/plait-error.ts';
import { readLiveTag } from '../state/read-live.ts';
import type { ApplyContext } from './context.ts';
import { eachChange } from './each-change.ts';
import { checkTags } from './preconditions.ts';
import { type ChangeWork, failTag, findRegistry, nameTag, type TagWork } from './work.ts';

/** How deletions relate to the rest of the run. */
export interface Deletions {
  /** True when nothing more is to begin. */
  readonly isOver: () => boolean;
  /** False when something else failed: what a tag was replaced by may not be there. */
  readonly isSafe: boolean;
}

/** Deletes tags, one by one and never by digest, after everything else is done. Never throws. */
export async function deleteAll(
  context: ApplyContext,
  works: readonly ChangeWork[],
  { isOver, isSafe }: Deletions,
): Promise<void> {
  if (works.length === 0 || !isSafe) return;
  context.emit({ kind: 'phase', phase: 'delete', total: works.flatMap((work) => work.tags).length });
  await eachChange(works, async (work) => {
    if (isOver()) return;
    await checkTags(context, work);
    const tags = work.tags.filter((tag) => tag.status === 'pending');
    await context.limit.map(
      tags,
      () => findRegistry(work),
      async (tag) => {
        if (!isOver()) await deleteOne(context, work, tag);
      },
    );
  });
}

async function deleteOne(context: ApplyContext, work: ChangeWork, tag: TagWork): Promise<void> {
  const { repository } = work.change;
  try {
    const outcome = await context.client.deleteTag(repository, tag.name);
    if (outcome === 'unsupported') throw unsupported(work, tag);
    const live = await readLiveTag(context.client, { repository, tag: tag.name });
    if (live.kind === 'present') throw stillThere(work, tag);
    tag.status = 'done';
    context.emit({ kind: 'step', phase: 'delete', label: nameTag(work, tag) });
  } catch (error) {
    failTag(tag, error);
  }
}

function unsupported(work: ChangeWork, tag: TagWork): PlaitError {
  const { registry } = work.change.repository;
  return new PlaitError(
    'DELETE_UNSUPPORTED',
    `${nameTag(work, tag)} stays: ${registry} cannot delete a tag by itself`,
    {
      hint: 'deleting the image by its digest would take its other tags along; delete the tag with the tools of the registry',
    },
  );
}

function stillThere(work: ChangeWork, tag: TagWork): PlaitError {
  return new PlaitError('TAG_OVERWRITTEN', `${nameTag(work, tag)} was deleted, and is there again`, {
    hint: 'find out who else writes this tag, then plan again',
  });
}
