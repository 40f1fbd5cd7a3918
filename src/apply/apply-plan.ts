import pLimit from 'p-limit';
import type { Plan } from '../plan/plan.ts';
import type { RegistryClient } from '../registry/client.ts';
import type { Clock } from '../transport/clock.ts';
import type { ApplyResult } from './apply-result.ts';
import type { ApplyContext, ApplyEvent } from './context.ts';
import { copyContent } from './copy-content.ts';
import { checkTags } from './preconditions.ts';
import { moveTags, pushByDigest } from './push-index.ts';
import { isFloatingTag } from './tag-order.ts';
import { verifyTags } from './verify.ts';
import { type ChangeWork, isPending, startWork, type TagWork, toResult } from './work.ts';

/** Changes in flight at one time; each host has its own limit below this. */
const CHANGES_AT_ONCE = 64;

export interface ApplyOptions {
  readonly client: RegistryClient;
  readonly clock: Clock;
  /** When the plan's reading of the registries began, on the monotonic clock. */
  readonly plannedAt: number;
  /** After a stale tag: nothing is written, or only the changes concerned are left out. */
  readonly stale: 'abort' | 'skip';
  /** True: the first failure stops what has not started. */
  readonly failFast: boolean;
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
  const works = startWork(plan, options.plannedAt);
  await runSteps(context, works, options);
  return toResult(works, options.signal?.aborted === true);
}

function createContext(options: ApplyOptions): ApplyContext {
  const { client, clock, signal } = options;
  return {
    client,
    clock,
    signal,
    readOptions: signal === undefined ? {} : { signal },
    limit: pLimit(CHANGES_AT_ONCE),
    emit: options.onEvent ?? (() => undefined),
    singleTagOnly: new Set(),
  };
}

async function runSteps(context: ApplyContext, works: readonly ChangeWork[], options: ApplyOptions): Promise<void> {
  const isOver = () => options.signal?.aborted === true || (options.failFast && works.some(hasFailed));
  await each(works, (work) => checkTags(context, work));
  if (options.stale === 'abort' && works.some(isStale)) return;
  if (isOver()) return;
  await copyContent(context, works);
  if (isOver()) return;
  if (!isOneRequest(works)) {
    context.emit({ kind: 'phase', phase: 'push', total: works.filter(isPending).length });
    await each(works.filter(isPending), async (work) => {
      if (!isOver()) await pushByDigest(context, work);
    });
  }
  await moveAll(context, works, isOver);
  await each(works, (work) => verifyTags(context, work));
}

async function moveAll(context: ApplyContext, works: readonly ChangeWork[], isOver: () => boolean): Promise<void> {
  const total = works.flatMap((work) => work.tags).filter((tag) => tag.status === 'pending').length;
  context.emit({ kind: 'phase', phase: 'tag', total });
  const passes = isOneRequest(works) ? [() => true] : [isPrecise, () => true];
  for (const belongs of passes) {
    await each(works.filter(isPending), async (work) => {
      if (isOver() || hasFailed(work)) return;
      await checkTags(context, work);
      const tags = work.tags.filter((tag) => tag.status === 'pending' && belongs(tag));
      await moveTags(context, work, [...tags.filter(isPrecise), ...tags.filter((tag) => !isPrecise(tag))]);
    });
  }
}

function isPrecise(tag: TagWork): boolean {
  return !isFloatingTag(tag.name);
}

/** With one index and nothing else to keep in step, its tags are moved by the very request that stores it. */
function isOneRequest(works: readonly ChangeWork[]): boolean {
  return (
    works.filter((work) => work.tags.some((tag) => tag.status === 'pending' || tag.status === 'moved')).length === 1
  );
}

/** Changes side by side. Not the context's own limit: steps wait inside for requests that need a place in it. */
async function each(works: readonly ChangeWork[], run: (work: ChangeWork) => Promise<void>): Promise<void> {
  await pLimit(CHANGES_AT_ONCE).map(works, run);
}

function isStale(work: ChangeWork): boolean {
  return work.tags.some((tag) => tag.status === 'stale');
}

function hasFailed(work: ChangeWork): boolean {
  return work.tags.some((tag) => tag.status === 'failed');
}
