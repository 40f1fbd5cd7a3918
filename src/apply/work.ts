import { PlaitError, toPlaitError } from '../errors/plait-error.ts';
import type { Digest } from '../oci/digest.ts';
import type { RawManifest } from '../oci/manifest.ts';
import { formatRepository } from '../oci/repository.ts';
import type { Change, Plan, TagMove } from '../plan/plan.ts';
import { type Amendment, type FindReplan, startAmendment } from './amendment.ts';
import type { ApplyResult, ChangeResult, TagResult, TagStatus } from './apply-result.ts';

/** One tag on its way. The only mutable values of an apply live here. */
export interface TagWork {
  readonly name: string;
  readonly expect: Digest | null;
  status: TagStatus | 'pending' | 'moved';
  /** What the tag held when it was last read. */
  before: Digest | null;
  /** Monotonic time of that reading, milliseconds. */
  readAt: number;
  error: PlaitError | undefined;
  /** What it holds at the end, where that is not the planned index. */
  held: Digest | undefined;
  /** Of a change that keeps what others publish under the same tag. */
  readonly amendment: Amendment | undefined;
}

/** A tag of a change that amends. */
export type AmendedTag = TagWork & { readonly amendment: Amendment };

export function isAmended(tag: TagWork): tag is AmendedTag {
  return tag.amendment !== undefined;
}

/** One change on its way. */
export interface ChangeWork {
  readonly change: Change;
  readonly tags: readonly TagWork[];
}

/** Where the tags of a change are. */
export function findRegistry({ change }: ChangeWork): string {
  return change.repository.registry;
}

/** A change that publishes, with the bytes to publish. */
export interface PublishWork extends ChangeWork {
  readonly index: RawManifest;
}

/** All changes of a plan on their way, by what has to be done for them. */
export interface Works {
  /** In the order of the plan. */
  readonly all: readonly ChangeWork[];
  readonly publish: readonly PublishWork[];
  /** Their tags are right: only what is gone is copied again. */
  readonly repair: readonly PublishWork[];
  readonly remove: readonly ChangeWork[];
}

export interface StartOptions {
  /** When the plan's reading of the registries began, on the monotonic clock. */
  readonly plannedAt: number;
  readonly replan?: FindReplan;
}

/** Throws INTERNAL when the plan names an index that it does not hold. */
export function startWork(plan: Plan, { plannedAt, replan }: StartOptions): Works {
  const all = plan.changes.map((change): ChangeWork | PublishWork => {
    if (change.index === null) return { change, tags: change.tags.map((tag) => startTag(tag, plannedAt)) };
    const index = plan.indexes.get(change.index);
    if (index === undefined) throw new PlaitError('INTERNAL', `the plan lacks the index ${change.index}`);
    const again = replan?.(change);
    const tags = change.tags.map((tag) =>
      startTag(tag, plannedAt, again && startAmendment({ change, index }, tag, again)),
    );
    return { change, tags, index };
  });
  const published = all.filter((work): work is PublishWork => 'index' in work);
  return {
    all,
    publish: published.filter((work) => work.change.action !== 'repair'),
    repair: published.filter((work) => work.change.action === 'repair'),
    remove: all.filter((work) => work.change.index === null),
  };
}

function startTag({ name, expect }: TagMove, readAt: number, amendment?: Amendment): TagWork {
  return { name, expect, status: 'pending', before: expect, readAt, error: undefined, held: undefined, amendment };
}

export function isPending(work: ChangeWork): boolean {
  return work.tags.some((tag) => tag.status === 'pending');
}

/** What was gone is back: the tags held the right index all the time. */
export function settleRepair({ tags }: ChangeWork): void {
  for (const tag of tags) if (tag.status === 'pending') tag.status = 'done';
}

/** One tag that fails or is stale holds the others of its change back, so that the tags of a release stay together. */
export function failChange(work: ChangeWork, error: unknown): void {
  for (const tag of work.tags) if (tag.status === 'pending') failTag(tag, error);
}

export function failTag(tag: TagWork, error: unknown, status: 'failed' | 'stale' | 'blocked' = 'failed'): void {
  tag.status = status;
  tag.error = toPlaitError(error);
}

/** `repository:tag` for messages. */
export function nameTag(work: ChangeWork, tag: { readonly name: string }): string {
  return `${formatRepository(work.change.repository)}:${tag.name}`;
}

export function toResult(works: readonly ChangeWork[], interrupted: boolean): ApplyResult {
  return { changes: works.map(toChangeResult), interrupted };
}

function toChangeResult({ change, tags }: ChangeWork): ChangeResult {
  const { id, origin, repository, index } = change;
  return { id, origin, repository, index, tags: tags.map((tag) => toTagResult(tag, index)) };
}

function toTagResult(tag: TagWork, wanted: Digest | null): TagResult {
  const status = tag.status === 'pending' ? 'not-started' : tag.status === 'moved' ? 'done' : tag.status;
  const { code, message, hint } = tag.error ?? {};
  const isThere = status === 'done' || status === 'already' || code === 'TAG_UNVERIFIED';
  return {
    name: tag.name,
    status,
    before: tag.before,
    after: isThere ? (tag.held ?? wanted) : code === 'PUSH_UNSETTLED' ? null : tag.before,
    code: code ?? null,
    message: message ?? null,
    hint: hint ?? null,
  };
}
