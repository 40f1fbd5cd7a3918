import { PlaitError } from '../errors/plait-error.ts';
import type { GuardRecord } from '../plan/plan.ts';
import { readLiveTag } from '../state/read-live.ts';
import { readOutcome } from './amendment.ts';
import { type ApplyContext, isInterrupted } from './context.ts';
import { holdBack } from './preconditions.ts';
import { moveTags } from './push-index.ts';
import { type AmendedTag, failTag, findRegistry, nameTag, type PublishWork } from './work.ts';

/** All that is done for one tag, from the first attempt to the last look. */
export const AMEND_MS = 60_000;

/**
 * No push is begun, or begun again, later than this after the look at the tag that it relies on: who published in between
 * would have to be there still to see what we did.
 */
const PUSH_WINDOW_MS = 1_000;

/** After finding that the tag has moved again; drawn by lot, so that those who meet here part. */
const MIN_PAUSE_MS = 20;
const MAX_PAUSE_MS = 120;

/**
 * Publishes the pending ones of `tags`, all of `work`: looks at them, merges again what has moved since it was merged, looks
 * again, and pushes only when all of them hold what the merge was made with. Afterwards each is moved, already so, held
 * back, or failed; or pending still, after an interrupt. Never throws.
 */
export async function publishAmended(
  context: ApplyContext,
  work: PublishWork,
  tags: readonly AmendedTag[],
): Promise<void> {
  for (;;) {
    const open = listPending(tags);
    if (open.length === 0 || isInterrupted(context)) return;
    const lookedAt = context.clock.elapsed();
    for (const { amendment } of open) amendment.startedAt ??= lookedAt;
    const fresh = await context.limit.map(
      open,
      () => findRegistry(work),
      (tag) => isFresh(context, work, tag),
    );
    if (isInterrupted(context)) return;
    // Once published, each tag is on its own.
    if (open.every(({ amendment }) => amendment.pushes === 0)) holdBack(work);
    if (!fresh.includes(false)) await pushInTime(context, work, { tags: listPending(open), lookedAt });
    else await pause(context);
    giveUpLate(context, work, listPending(open));
  }
}

function listPending(tags: readonly AmendedTag[]): readonly AmendedTag[] {
  return tags.filter((tag) => tag.status === 'pending');
}

/** True when the tag holds what its index was merged with; else it is merged anew. */
async function isFresh(context: ApplyContext, work: PublishWork, tag: AmendedTag): Promise<boolean> {
  const address = { repository: work.change.repository, tag: tag.name };
  const live = await readLiveTag(context.client, address, context.readOptions);
  if (isInterrupted(context)) return false;
  if (live.kind === 'unreadable') {
    failTag(tag, live.error);
    return false;
  }
  const { amendment } = tag;
  amendment.seen = live.kind === 'present' ? live.digest : null;
  if (amendment.pushes === 0) tag.before = amendment.seen;
  if (amendment.seen === amendment.next.expect) return true;
  await mergeAgain(context, work, tag);
  return false;
}

async function mergeAgain(context: ApplyContext, work: PublishWork, tag: AmendedTag): Promise<void> {
  const { amendment } = tag;
  const outcome = readOutcome(await amendment.replan(), tag.name);
  if (isInterrupted(context)) return;
  const isPublished = amendment.pushes > 0;
  switch (outcome.kind) {
    case 'settled':
      tag.status = isPublished ? 'moved' : 'already';
      tag.held = outcome.digest;
      return;
    case 'differs':
      amendment.next = outcome.merged;
      if (!isPublished || !outcome.isHeld) return;
      tag.status = 'moved';
      tag.held = outcome.merged.expect ?? undefined;
      return;
    case 'blocked':
      failTag(tag, toBlocked(work, tag, outcome.guard), 'blocked');
      return;
    case 'failed':
      failTag(tag, outcome.error);
      return;
    default:
      outcome satisfies never;
  }
}

interface Push {
  readonly tags: readonly AmendedTag[];
  /** Monotonic time, milliseconds. */
  readonly lookedAt: number;
}

/** A push that does not get through in its time leaves its tags pending: they are looked at again. */
async function pushInTime(context: ApplyContext, work: PublishWork, { tags, lookedAt }: Push): Promise<void> {
  const { clock } = context;
  const end = new AbortController();
  const closing = new AbortController();
  const leftMs = Math.max(0, lookedAt + PUSH_WINDOW_MS - clock.elapsed());
  const timer = clock.sleep(leftMs, end.signal).then(
    () => closing.abort(),
    () => undefined,
  );
  const signal = context.signal === undefined ? closing.signal : AbortSignal.any([context.signal, closing.signal]);
  for (const group of groupByIndex(tags)) {
    const { change, index } = group[0].amendment.next;
    await moveTags({ ...context, signal, pushOptions: { signal } }, { ...work, change, index, tags: group }, group);
  }
  end.abort();
  await timer;
  for (const tag of tags) if (tag.status === 'moved') notePush(tag, clock.elapsed() - lookedAt);
}

function groupByIndex(tags: readonly AmendedTag[]): readonly (readonly [AmendedTag, ...AmendedTag[]])[] {
  const groups = new Map<string, [AmendedTag, ...AmendedTag[]]>();
  for (const tag of tags) {
    const { digest } = tag.amendment.next.index;
    const group = groups.get(digest);
    if (group === undefined) groups.set(digest, [tag]);
    else group.push(tag);
  }
  return [...groups.values()];
}

function notePush(tag: AmendedTag, tookMs: number): void {
  const { amendment } = tag;
  amendment.pushes += 1;
  amendment.slowestPushMs = Math.max(amendment.slowestPushMs, tookMs);
  tag.before = amendment.seen;
  if (tag.before !== null) amendment.older.add(tag.before);
  tag.held = amendment.next.index.digest;
}

async function pause({ clock, signal }: ApplyContext): Promise<void> {
  const ms = MIN_PAUSE_MS + clock.random() * (MAX_PAUSE_MS - MIN_PAUSE_MS);
  await clock.sleep(ms, signal).catch(() => undefined); // an interrupt, which the caller looks for
}

function giveUpLate({ clock }: ApplyContext, work: PublishWork, tags: readonly AmendedTag[]): void {
  for (const tag of tags) {
    if (clock.elapsed() - (tag.amendment.startedAt ?? 0) < AMEND_MS) continue;
    failTag(tag, toRestless(work, tag), 'stale');
  }
}

function toRestless(work: PublishWork, tag: AmendedTag): PlaitError {
  return new PlaitError('TAG_STALE', `${nameTag(work, tag)} moved whenever it was about to be published`, {
    hint: 'find out who else writes this tag all the time, then run again',
  });
}

function toBlocked(work: PublishWork, tag: AmendedTag, guard: GuardRecord | undefined): PlaitError {
  const message = guard?.message ?? 'a guard holds it back';
  return new PlaitError('TAG_STALE', `${nameTag(work, tag)} moved since it was planned, and now: ${message}`, {
    hint: guard === undefined ? 'plan again' : `plan again, or allow it with  ${guard.by}`,
  });
}
