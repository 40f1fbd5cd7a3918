import type { Plan } from '../plan/plan.ts';
import type { RegistryClient } from '../registry/client.ts';
import { createRegistryLimit } from '../registry/registry-limit.ts';
import type { Clock } from '../transport/clock.ts';
import type { FindReplan } from './amendment.ts';
import type { ApplyResult } from './apply-result.ts';
import { type ApplyContext, type ApplyEvent, isInterrupted } from './context.ts';
import { converge } from './converge.ts';
import { copyContent } from './copy-content.ts';
import { copyReferrers } from './copy-referrers.ts';
import { deleteAll } from './delete-tags.ts';
import { CHANGES_AT_ONCE, eachChange } from './each-change.ts';
import { expectPushes } from './expect-pushes.ts';
import { checkTags } from './preconditions.ts';
import { publishAmended } from './publish-amended.ts';
import { moveTags, pushByDigest } from './push-index.ts';
import { isFloatingTag } from './tag-order.ts';
import { verifyTags } from './verify.ts';
import {
  type ChangeWork,
  isAmended,
  isPending,
  type PublishWork,
  settleRepair,
  startWork,
  type TagWork,
  toResult,
  type Works,
} from './work.ts';

export interface ApplyOptions {
  readonly client: RegistryClient;
  readonly clock: Clock;
  /** When the plan's reading of the registries began, on the monotonic clock. */
  readonly plannedAt: number;
  /** After a stale tag: nothing is written, or only the changes concerned are left out. */
  readonly stale: 'abort' | 'skip';
  /** True: the first failure stops what has not started. */
  readonly failFast: boolean;
  /**
   * How to plan changes again that keep what others publish under the same tags. They are never stale: what moved is
   * merged and pushed again until the tags keep still, see `converge`. Left out for plans that were reviewed.
   */
  readonly replan?: FindReplan;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ApplyEvent) => void;
}

/**
 * Carries out `plan`: checks what the tags hold, brings all content of all images into place, and only then moves the
 * tags, floating ones last, and reads them back. Never throws for what a registry does: the result says how every tag
 * ended.
 */
export async function applyPlan(plan: Plan, options: ApplyOptions): Promise<ApplyResult> {
  const context = createContext(options);
  const works = startWork(plan, options);
  await runSteps(context, works, options);
  return toResult(works.all, options.signal?.aborted === true);
}

function createContext(options: ApplyOptions): ApplyContext {
  const { client, clock, signal } = options;
  return {
    client,
    clock,
    signal,
    readOptions: signal === undefined ? {} : { signal },
    pushOptions: signal === undefined ? {} : { signal },
    limit: createRegistryLimit(CHANGES_AT_ONCE),
    emit: options.onEvent ?? (() => undefined),
    singleTagOnly: new Set(),
  };
}

async function runSteps(context: ApplyContext, works: Works, options: ApplyOptions): Promise<void> {
  const { all, publish, repair, remove } = works;
  const isOver = () => isInterrupted(context) || (options.failFast && all.some(hasFailed));
  await eachChange(all.filter(isPlain), (work) => {
    expectPushes(context.client, [work.change], context.readOptions);
    return checkTags(context, work);
  });
  if ((options.stale === 'abort' && all.some(isStale)) || isOver()) return;
  await copyContent(context, [...publish, ...repair]);
  await copyReferrers(context, [...publish, ...repair]);
  if (isOver()) return;
  repair.forEach(settleRepair);
  if (!isOneRequest(publish)) {
    context.emit({ kind: 'phase', phase: 'push', total: publish.filter(isPending).length });
    await eachChange(publish.filter(isPending), async (work) => {
      if (!isOver()) await pushByDigest(context, work);
    });
  }
  await moveAll(context, publish, isOver);
  const moved = publish.filter(isPlain).flatMap((work) => work.tags.filter((tag) => tag.status === 'moved'));
  if (moved.length > 0) context.emit({ kind: 'phase', phase: 'verify', total: moved.length });
  await eachChange(publish.filter(isPlain), (work) => verifyTags(context, work));
  await converge(context, publish);
  await deleteAll(context, remove, { isOver, isSafe: !all.some((work) => hasFailed(work) || isStale(work)) });
}

async function moveAll(context: ApplyContext, works: readonly PublishWork[], isOver: () => boolean): Promise<void> {
  const total = works.flatMap((work) => work.tags).filter((tag) => tag.status === 'pending').length;
  context.emit({ kind: 'phase', phase: 'tag', total });
  const passes = isOneRequest(works) ? [() => true] : [isPrecise, () => true];
  for (const belongs of passes) {
    await eachChange(works.filter(isPending), async (work) => {
      if (!isOver() && !hasFailed(work)) await moveOne(context, work, belongs);
    });
  }
}

async function moveOne(context: ApplyContext, work: PublishWork, belongs: (tag: TagWork) => boolean): Promise<void> {
  const isNext = (tag: TagWork) => tag.status === 'pending' && belongs(tag);
  if (!work.tags.some(isNext)) return;
  if (isPlain(work)) await checkTags(context, work);
  const tags = work.tags.filter(isNext);
  const sorted = [...tags.filter(isPrecise), ...tags.filter((tag) => !isPrecise(tag))];
  if (isPlain(work)) await moveTags(context, work, sorted);
  else await publishAmended(context, work, sorted.filter(isAmended));
}

/** True when what the plan says is all there is to say; else it is planned again whenever a tag moves. */
function isPlain({ tags }: ChangeWork): boolean {
  return !tags.some(isAmended);
}

function isPrecise(tag: TagWork): boolean {
  return !isFloatingTag(tag.name);
}

/** With one index and nothing else to keep in step, its tags are moved by the very request that stores it. */
function isOneRequest(works: readonly PublishWork[]): boolean {
  return (
    works.filter((work) => work.tags.some((tag) => tag.status === 'pending' || tag.status === 'moved')).length === 1
  );
}

function isStale(work: ChangeWork): boolean {
  return work.tags.some((tag) => tag.status === 'stale' || tag.status === 'blocked');
}

function hasFailed(work: ChangeWork): boolean {
  return work.tags.some((tag) => tag.status === 'failed');
}
