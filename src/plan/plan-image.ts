import { formatOrigin } from '../config/diagnostic.ts';
import type { Digest } from '../oci/digest.ts';
import type { StoredManifest } from '../oci/manifest.ts';
import { formatRepository } from '../oci/repository.ts';
import type { DesiredIndex, SourceFailure } from '../state/desired.ts';
import type { ImageState, TagState, TargetState } from '../state/read-state.ts';
import type { Allowance } from './allowance.ts';
import { listCopies } from './copies.ts';
import { checkRemovals } from './guards.ts';
import { joinFields, joinPlatforms } from './join-rows.ts';
import type { Change, Unchanged, Unreadable } from './plan.ts';
import { planTag, type ReadableTag, type TagOutcome } from './plan-tag.ts';

/** What the plan says of one declaration. */
export interface ImagePlan {
  readonly indexes: readonly StoredManifest[];
  readonly changes: readonly Change[];
  readonly unchanged: readonly Unchanged[];
  readonly blocked: readonly Change[];
  readonly unreadable: readonly Unreadable[];
}

const NOTHING: ImagePlan = { indexes: [], changes: [], unchanged: [], blocked: [], unreadable: [] };

/** Pure: plans one declaration against all its targets. */
export function planImage(state: ImageState, allowances: readonly Allowance[]): ImagePlan {
  const { desired } = state;
  if (desired.kind === 'failed') return { ...NOTHING, unreadable: describeFailures(state, desired.failures) };
  const plans = state.targets.map((target) => planTarget(desired, target, allowances));
  return {
    indexes: plans.flatMap((plan) => plan.indexes),
    changes: plans.flatMap((plan) => plan.changes),
    unchanged: plans.flatMap((plan) => plan.unchanged),
    blocked: plans.flatMap((plan) => plan.blocked),
    unreadable: plans.flatMap((plan) => plan.unreadable),
  };
}

type Resolved = Extract<DesiredIndex, { kind: 'resolved' }>;

interface PlannedTag {
  readonly name: string;
  readonly live: ReadableTag;
  readonly outcome: TagOutcome;
}

/** One tag that cannot be read or planned holds the others of its image back, so that a release stays together. */
function planTarget(desired: Resolved, target: TargetState, allowances: readonly Allowance[]): ImagePlan {
  const unreadable = describeUnreadable(desired, target);
  if (unreadable.length > 0) return { ...NOTHING, unreadable };
  const tags = target.tags.flatMap(({ name, live }): PlannedTag[] =>
    live.kind === 'unreadable' ? [] : [{ name, live, outcome: planTag(desired.declaration, desired.content, live) }],
  );
  const failed = describeFailedTags(desired, target, tags);
  if (failed.length > 0) return { ...NOTHING, unreadable: failed };
  return groupTags(desired, target, { tags, allowances });
}

function groupTags(
  desired: Resolved,
  target: TargetState,
  planned: { readonly tags: readonly PlannedTag[]; readonly allowances: readonly Allowance[] },
): ImagePlan {
  const groups = new Map<Digest, PlannedChange[]>();
  const settled: { name: string; digest: Digest }[] = [];
  for (const { name, live, outcome } of planned.tags) {
    if (outcome.kind === 'unchanged') settled.push({ name, digest: outcome.digest });
    if (outcome.kind !== 'change') continue;
    const group = groups.get(outcome.wanted.digest) ?? [];
    group.push({ name, live, outcome });
    groups.set(outcome.wanted.digest, group);
  }
  const { id, guards } = desired.declaration;
  const changes = [...groups.values()].map((group) => {
    const change = toChange(desired, target, group);
    const removals = group.map((tag) => ({ name: tag.name, platforms: tag.outcome.platforms }));
    const limit = { max: guards.maxPlatformRemovals, allowances: planned.allowances };
    return { ...change, guards: checkRemovals(target.repository, removals, limit) };
  });
  return {
    indexes: [...groups.values()].flatMap(([first]) => (first === undefined ? [] : [first.outcome.wanted])),
    changes: changes.filter((change) => !isBlocked(change)),
    blocked: changes.filter(isBlocked),
    unchanged: settled.length === 0 ? [] : [{ id, repository: target.repository, tags: settled }],
    unreadable: [],
  };
}

function isBlocked(change: Change): boolean {
  return change.guards.some((guard) => guard.result === 'blocked');
}

interface PlannedChange {
  readonly name: string;
  readonly live: ReadableTag;
  readonly outcome: Extract<TagOutcome, { kind: 'change' }>;
}

function toChange(desired: Resolved, target: TargetState, group: readonly PlannedChange[]): Change {
  const [first] = group;
  if (first === undefined) throw new RangeError('a change has at least one tag');
  const tags = group.map(({ name, live }) => ({ name, expect: live.kind === 'present' ? live.digest : null }));
  const existing = group.filter(({ live }) => live.kind === 'present');
  const telling = existing.length > 0 ? existing : group;
  return {
    id: desired.declaration.id,
    origin: formatOrigin(desired.declaration.origin),
    repository: target.repository,
    action: tags.every((tag) => tag.expect === null) ? 'create' : 'update',
    tags,
    index: first.outcome.wanted.digest,
    platforms: joinPlatforms(telling.map((tag) => tag.outcome.platforms)),
    fields: joinFields(telling.map((tag) => tag.outcome.fields)),
    ...listCopies(desired.content, target, first.outcome.wanted),
    guards: [],
  };
}

function describeFailures(state: ImageState, failures: readonly SourceFailure[]): readonly Unreadable[] {
  const { id, origin } = state.desired.declaration;
  const left = state.targets.flatMap((target) => target.tags.map((tag) => nameTag(target, tag)));
  return failures.map(({ reference, error }) => ({
    id,
    origin: formatOrigin(origin),
    reference: reference ?? left[0] ?? id,
    left,
    code: error.code,
    message: error.message,
    hint: error.hint ?? null,
  }));
}

function describeUnreadable(desired: Resolved, target: TargetState): readonly Unreadable[] {
  return target.tags.flatMap((tag) =>
    tag.live.kind === 'unreadable' ? [toUnreadable(desired, target, { tag, error: tag.live.error })] : [],
  );
}

function describeFailedTags(
  desired: Resolved,
  target: TargetState,
  tags: readonly PlannedTag[],
): readonly Unreadable[] {
  return tags.flatMap(({ name, live, outcome }) =>
    outcome.kind === 'failed' ? [toUnreadable(desired, target, { tag: { name, live }, error: outcome.error })] : [],
  );
}

function toUnreadable(
  desired: Resolved,
  target: TargetState,
  failure: { readonly tag: TagState; readonly error: { code: string; message: string; hint: string | undefined } },
): Unreadable {
  const { code, message, hint } = failure.error;
  return {
    id: desired.declaration.id,
    origin: formatOrigin(desired.declaration.origin),
    reference: nameTag(target, failure.tag),
    left: target.tags.map((tag) => nameTag(target, tag)),
    code,
    message,
    hint: hint ?? null,
  };
}

function nameTag(target: TargetState, tag: { readonly name: string }): string {
  return `${formatRepository(target.repository)}:${tag.name}`;
}
