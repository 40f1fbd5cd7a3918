import { PlaitError } from '../errors/plait-error.ts';
import { type Digest, shortDigest } from '../oci/digest.ts';
import { readLiveTag } from '../state/read-live.ts';
import type { ApplyContext } from './context.ts';
import { type ChangeWork, failTag, findRegistry, nameTag, type TagWork } from './work.ts';

/** A reading older than this is taken again before a tag moves; registries have no compare-and-swap. */
const FRESH_MS = 5_000;

/** Reads every pending tag again whose last reading is old, and settles those that are `already`, `stale` or unreadable. */
export async function checkTags(context: ApplyContext, work: ChangeWork): Promise<void> {
  const old = work.tags.filter((tag) => tag.status === 'pending' && context.clock.elapsed() - tag.readAt > FRESH_MS);
  await context.limit.map(
    old,
    () => findRegistry(work),
    (tag) => checkTag(context, work, tag),
  );
  holdBack(work);
}

const REASONS = {
  stale: 'moved since the plan',
  blocked: 'is held back by a guard',
  failed: 'could not be read',
} as const;

/** The tags of a release stay together: one that cannot be moved keeps the others of its change where they are. */
export function holdBack(work: ChangeWork): void {
  const culprit = work.tags.find((tag) => isReason(tag.status));
  if (culprit?.error === undefined || !isReason(culprit.status)) return;
  const { status, error } = culprit;
  const words = `left as it is, because ${nameTag(work, culprit)} ${REASONS[status]}`;
  for (const tag of work.tags) if (tag.status === 'pending') failTag(tag, new PlaitError(error.code, words), status);
}

function isReason(status: TagWork['status']): status is keyof typeof REASONS {
  return Object.hasOwn(REASONS, status);
}

async function checkTag(context: ApplyContext, work: ChangeWork, tag: TagWork): Promise<void> {
  const address = { repository: work.change.repository, tag: tag.name };
  const live = await readLiveTag(context.client, address, context.readOptions);
  if (live.kind === 'unreadable') {
    failTag(tag, live.error);
    return;
  }
  tag.readAt = context.clock.elapsed();
  tag.before = live.kind === 'present' ? live.digest : null;
  if (tag.before === work.change.index && work.change.action !== 'repair') tag.status = 'already';
  else if (tag.before !== tag.expect) failTag(tag, stale(work, tag), 'stale');
}

function stale(work: ChangeWork, tag: TagWork): PlaitError {
  return new PlaitError(
    'TAG_STALE',
    `${nameTag(work, tag)} moved since the plan: ${describe(tag.expect)} then, ${describe(tag.before)} now`,
    { hint: 'plan again: what is live now may be newer than what would be pushed' },
  );
}

function describe(digest: Digest | null): string {
  return digest === null ? 'absent' : shortDigest(digest);
}
