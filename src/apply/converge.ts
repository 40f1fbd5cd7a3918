import { PlaitError } from '../errors/plait-error.ts';
import { type Digest, shortDigest } from '../oci/digest.ts';
import type { LiveTag } from '../state/live.ts';
import { readLiveTag } from '../state/read-live.ts';
import { mapAtOnce } from '../transport/map-at-once.ts';
import { type AmendOutcome, readOutcome } from './amendment.ts';
import { type ApplyContext, isInterrupted } from './context.ts';
import { AMEND_MS, publishAmended } from './publish-amended.ts';
import { type AmendedTag, failTag, isAmended, nameTag, type PublishWork } from './work.ts';

/** Tags watched at one time; most of the time each of them only waits. */
const WATCHED_AT_ONCE = 1_000;

/** How often in a row a tag must be seen as it is to be left, and the least time between the first look and the last. */
const CALM_LOOKS = 5;
const CALM_MS = 2_000;

/**
 * A registry may go on showing an earlier state for so long after a push. Less than a rival watches: one that publishes an
 * earlier state again must still be there when we answer.
 */
const LATE_MS = 1_000;

/** How often another image for a platform that we declare is replaced by ours, and how often a tag is pushed in all. */
const MAX_CONTESTS = 3;
const MAX_PUSHES = 40;

/** Bounds of the pause before pushing again; the first one doubles with each push. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2_000;

interface Job {
  readonly context: ApplyContext;
  readonly work: PublishWork;
  readonly tag: AmendedTag;
}

/**
 * Watches every published tag of changes that amend until it keeps still while holding all that is declared: two writers
 * that read the tag at the same moment both leave the other one out, and whoever is left out merges and pushes again.
 * Ends each tag as `done`, with what it holds, or as failed with TAG_OVERWRITTEN or TAG_UNVERIFIED. Never throws.
 */
export async function converge(context: ApplyContext, works: readonly PublishWork[]): Promise<void> {
  const jobs = works.flatMap((work) =>
    work.tags.filter(isAmended).flatMap((tag): Job[] => (tag.status === 'moved' ? [{ context, work, tag }] : [])),
  );
  if (jobs.length === 0) return;
  context.emit({ kind: 'phase', phase: 'settle', total: jobs.length });
  await mapAtOnce(jobs, WATCHED_AT_ONCE, async (job) => {
    await watch(job);
    context.emit({ kind: 'step', phase: 'settle', label: nameTag(job.work, job.tag) });
  });
}

/** What one look at a tag shows: that it is as it was, that it cannot be told, or something else. */
type Sight = 'same' | 'unclear' | 'moved';

async function watch(job: Job): Promise<void> {
  const { context, tag } = job;
  let pushedAt = context.clock.elapsed();
  for (let looks = 0; tag.status === 'moved'; ) {
    if (looks > 0) await pauseBetween(job);
    if (isInterrupted(context)) return lookOnce(job);
    const live = await look(job);
    const sight = describeSight(job, live, context.clock.elapsed() - pushedAt);
    looks = sight === 'same' ? looks + 1 : 1;
    if (looks > CALM_LOOKS || (sight === 'same' && isTimeUp(job))) return finish(tag);
    if (sight === 'unclear' && isTimeUp(job)) return giveUp(job, live);
    if (sight === 'moved' && (await restore(job))) pushedAt = context.clock.elapsed();
  }
}

async function look({ context, work, tag }: Job): Promise<LiveTag> {
  const address = { repository: work.change.repository, tag: tag.name };
  return readLiveTag(context.client, address, { ...context.readOptions, onAbort: 'settle' });
}

function describeSight({ tag }: Job, live: LiveTag, sincePushMs: number): Sight {
  if (live.kind === 'unreadable') return 'unclear';
  if (live.kind === 'present' && live.digest === tag.held) return 'same';
  const isEarlier = live.kind === 'absent' || tag.amendment.older.has(live.digest);
  return isEarlier && sincePushMs < LATE_MS ? 'unclear' : 'moved';
}

/** The tag moved on. True when it was pushed again, because something that is declared was gone from it. */
async function restore(job: Job): Promise<boolean> {
  const { context, work, tag } = job;
  const { amendment } = tag;
  const outcome = readOutcome(await amendment.replan(), tag.name);
  if (isInterrupted(context)) return false;
  if (outcome.kind === 'failed') {
    if (isTimeUp(job)) failUnread(job, outcome.error);
    return false;
  }
  if (tag.held !== undefined) amendment.older.add(tag.held);
  const held = findHeld(outcome);
  if (held !== undefined) {
    tag.held = held;
    if (isTimeUp(job)) finish(tag);
    return false;
  }
  const reason = findReasonToStop(job, outcome);
  if (reason !== undefined) {
    fail(job, reason, outcome.kind === 'differs' ? outcome.merged.expect : null);
    return false;
  }
  const pushes = amendment.pushes;
  await pauseBeforePush(context, pushes);
  tag.status = 'pending';
  await publishAmended(context, work, [tag]);
  settleRepublished(job);
  return amendment.pushes > pushes;
}

/** The digest of an index that holds everything that is declared, whatever else it holds. */
function findHeld(outcome: AmendOutcome): Digest | undefined {
  if (outcome.kind === 'settled') return outcome.digest;
  return outcome.kind === 'differs' && outcome.isHeld ? (outcome.merged.expect ?? undefined) : undefined;
}

/** Why not to push again, in words that go on from "holds …:". */
function findReasonToStop(job: Job, outcome: AmendOutcome): string | undefined {
  const { amendment } = job.tag;
  if (outcome.kind === 'blocked') {
    return `a guard keeps it from being pushed again: ${outcome.guard?.message ?? ''} (${outcome.guard?.by ?? ''})`;
  }
  const isFought = outcome.kind === 'differs' && (outcome.isContested || outcome.merged.expect === null);
  if (isFought) amendment.contests += 1;
  if (amendment.contests > MAX_CONTESTS) return `overwritten by another writer, ${amendment.contests} times`;
  if (amendment.pushes >= MAX_PUSHES || isTimeUp(job)) {
    return `overwritten by other writers after each of ${amendment.pushes} pushes`;
  }
  return undefined;
}

/** A tag that was published once is not one on which nothing was done, however it ended. */
function settleRepublished(job: Job): void {
  const { context, tag } = job;
  if (tag.status === 'pending') {
    fail(
      job,
      isInterrupted(context) ? 'interrupted before it was pushed again' : 'not pushed again',
      tag.amendment.seen,
    );
  } else if (tag.status !== 'moved') {
    fail(
      job,
      `overwritten by another writer, and then ${tag.error?.message ?? 'not pushed again'}`,
      tag.amendment.seen,
    );
  }
}

/** After an interrupt one look tells whether what was pushed is there; nothing is pushed again. */
async function lookOnce(job: Job): Promise<void> {
  const live = await look(job);
  if (live.kind === 'present' && live.digest === job.tag.held) finish(job.tag);
  else giveUp(job, live);
}

function finish(tag: AmendedTag): void {
  tag.status = 'done';
}

function giveUp(job: Job, live: LiveTag): void {
  if (live.kind === 'unreadable') failUnread(job, live.error);
  else fail(job, 'overwritten by another writer', live.kind === 'present' ? live.digest : null);
}

function failUnread({ work, tag }: Job, error: PlaitError): void {
  const message = `${describePush(work, tag)}, and then it could not be read back: ${error.message}`;
  const hint = 'run again when the registry answers: what is done stays done';
  failTag(tag, new PlaitError('TAG_UNVERIFIED', message, { hint, cause: error }));
}

function fail({ work, tag }: Job, reason: string, found: Digest | null): void {
  const now = found === null ? 'nothing' : shortDigest(found);
  const message = `${describePush(work, tag)} and holds ${now}: ${reason}`;
  tag.before = found;
  failTag(
    tag,
    new PlaitError('TAG_OVERWRITTEN', message, { hint: 'find out who else writes this tag, then run again' }),
  );
}

function describePush(work: PublishWork, tag: AmendedTag): string {
  return `${nameTag(work, tag)} was pushed as ${shortDigest(tag.amendment.next.index.digest)}`;
}

function isTimeUp({ context, tag }: Job): boolean {
  return context.clock.elapsed() - (tag.amendment.startedAt ?? 0) > AMEND_MS;
}

/** Who pushes slowly must expect others to do so: the calm is to last longer than any push takes. */
async function pauseBetween({ context, tag }: Job): Promise<void> {
  const calmMs = Math.max(CALM_MS, 3 * tag.amendment.slowestPushMs);
  await sleep(context, (calmMs / CALM_LOOKS) * (1 + context.clock.random() / 2));
}

async function pauseBeforePush(context: ApplyContext, pushes: number): Promise<void> {
  await sleep(context, context.clock.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (pushes - 1)));
}

async function sleep({ clock, signal }: ApplyContext, ms: number): Promise<void> {
  await clock.sleep(ms, signal).catch(() => undefined); // an interrupt, which the caller looks for
}
