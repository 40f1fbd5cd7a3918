import { formatOrigin } from '../config/diagnostic.ts';
import type { PlaitError } from '../errors/plait-error.ts';
import type { Digest } from '../oci/digest.ts';
import type { RawManifest, StoredManifest } from '../oci/manifest.ts';
import { formatRepository } from '../oci/repository.ts';
import type { DesiredIndex, SourceFailure } from '../state/desired.ts';
import type { ImageState, TagState, TargetState } from '../state/read-state.ts';
import { listCopies } from './copies.ts';
import { checkPublication, type GuardRules } from './guards.ts';
import { joinFields, joinPlatforms } from './join-rows.ts';
import type { Change, PlanNotice, Unchanged, Unreadable } from './plan.ts';
import { planTag, type ReadableTag, type TagOutcome } from './plan-tag.ts';
import { selectReferrers } from './referrers.ts';
import { findUnrestorable } from './restore.ts';
import { listSettledPlatforms } from './settled-platforms.ts';

/** What the plan says of one declaration. */
export interface ImagePlan {
  readonly indexes: readonly RawManifest[];
  /** Those that a guard holds back among them. */
  readonly changes: readonly Change[];
  readonly unchanged: readonly Unchanged[];
  readonly unreadable: readonly Unreadable[];
  readonly notices: readonly PlanNotice[];
}

const NOTHING: ImagePlan = { indexes: [], changes: [], unchanged: [], unreadable: [], notices: [] };

/** Pure: plans one declaration against all its targets. */
export function planImage(state: ImageState, rules: GuardRules): ImagePlan {
  const { desired } = state;
  if (desired.kind === 'failed') return planFailed(state, desired.failures);
  const plans = state.targets.map((target) => planTarget({ state, desired, rules }, target));
  const [only, ...others] = plans;
  // Most images have one, and lists that are put together take more than they hold.
  if (only !== undefined && others.length === 0) return { ...only, notices: [...desired.notices, ...only.notices] };
  return {
    indexes: plans.flatMap((plan) => plan.indexes),
    changes: plans.flatMap((plan) => plan.changes),
    unchanged: plans.flatMap((plan) => plan.unchanged),
    unreadable: plans.flatMap((plan) => plan.unreadable),
    notices: [...desired.notices, ...plans.flatMap((plan) => plan.notices)],
  };
}

/** With `onMissingSource: skipImage` an image whose sources do not exist is left as it is, which is no error. */
function planFailed(state: ImageState, failures: readonly SourceFailure[]): ImagePlan {
  const unreadable = describeFailures(state, failures);
  const { onMissingSource } = state.desired.declaration;
  if (onMissingSource === 'error' || failures.some(({ error }) => error.code !== 'SOURCE_MISSING')) {
    return { ...NOTHING, unreadable };
  }
  const notices = unreadable.map(({ id, code, message, left }) => ({
    id,
    code,
    message: `${message}; ${left.join(', ')} left as ${left.length === 1 ? 'it is' : 'they are'}`,
  }));
  return { ...NOTHING, notices };
}

/** What planning one target needs. */
interface Planning {
  readonly state: ImageState;
  readonly desired: Extract<DesiredIndex, { kind: 'resolved' }>;
  readonly rules: GuardRules;
}

interface PlannedTag {
  readonly name: string;
  readonly live: ReadableTag;
  readonly outcome: TagOutcome;
}

/** One tag that cannot be read or planned holds the others of its image back, so that a release stays together. */
function planTarget(planning: Planning, target: TargetState): ImagePlan {
  const { desired } = planning;
  const unreadable = describeUnreadable(desired, target);
  if (unreadable.length > 0) return { ...NOTHING, unreadable };
  const tags = target.tags.flatMap(({ name, live }): PlannedTag[] =>
    live.kind === 'unreadable' ? [] : [{ name, live, outcome: planTag(desired.declaration, desired.content, live) }],
  );
  const groups = groupTags(tags);
  const failed = [...describeFailedTags(desired, target, tags), ...describeLost(planning, target, groups)];
  if (failed.length > 0) return { ...NOTHING, unreadable: failed };
  const settled = tags.flatMap(({ name, live, outcome }) =>
    outcome.kind === 'unchanged'
      ? [{ name, digest: outcome.digest, platforms: listSettledPlatforms(desired.content, live) }]
      : [],
  );
  return {
    ...NOTHING,
    indexes: groups.map(([first]) => toRaw(first.outcome.wanted)),
    changes: groups.map((group) => toChange(planning, target, group)),
    unchanged:
      settled.length === 0 ? [] : [{ id: desired.declaration.id, repository: target.repository, tags: settled }],
  };
}

/** What is pushed are bytes; what they say is not needed again. */
function toRaw({ bytes, digest, mediaType }: StoredManifest): RawManifest {
  return { bytes, digest, mediaType };
}

type PlannedChange = PlannedTag & { readonly outcome: Exclude<TagOutcome, { kind: 'unchanged' | 'failed' }> };

/** Tags that are to hold the same index, and need the same done for it. Not empty. */
type TagGroup = readonly [PlannedChange, ...PlannedChange[]];

function groupTags(tags: readonly PlannedTag[]): readonly TagGroup[] {
  const groups = new Map<string, [PlannedChange, ...PlannedChange[]]>();
  for (const { name, live, outcome } of tags) {
    if (outcome.kind === 'unchanged' || outcome.kind === 'failed') continue;
    const key = `${outcome.kind} ${outcome.wanted.digest}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [{ name, live, outcome }]);
    else group.push({ name, live, outcome });
  }
  return [...groups.values()];
}

function toChange(planning: Planning, target: TargetState, group: TagGroup): Change {
  const { state, desired, rules } = planning;
  const { declaration, content } = desired;
  const [{ outcome }] = group;
  const tags = group.map(({ name, live }) => ({ name, expect: live.kind === 'present' ? live.digest : null }));
  const existing = group.filter(({ live }) => live.kind === 'present');
  const telling = existing.length > 0 ? existing : group;
  const lists = listCopies(content, target, outcome.wanted);
  const publication = {
    declaration,
    content,
    repository: target.repository,
    wanted: outcome.wanted,
    tags: group.map(({ name, outcome: { platforms } }, position) => ({
      name,
      expect: tags[position]?.expect ?? null,
      platforms,
    })),
    labels: state.labels,
  };
  return {
    id: declaration.id,
    origin: formatOrigin(declaration.origin),
    repository: target.repository,
    action: chooseAction(group),
    tags,
    index: outcome.wanted.digest,
    // Copies have no room to grow, which would be most of what a short list takes.
    platforms: [...joinPlatforms(telling.map((tag) => tag.outcome.platforms))],
    fields: joinFields(telling.map((tag) => tag.outcome.fields)),
    copies: [...lists.copies],
    assumed: lists.assumed,
    referrers: selectReferrers(state.referrers, content, lists.copies),
    // A repair moves no tag and takes nothing away.
    guards: outcome.kind === 'repair' ? [] : checkPublication(publication, rules),
  };
}

function chooseAction([first, ...others]: TagGroup): Change['action'] {
  if (first.outcome.kind === 'repair') return 'repair';
  return [first, ...others].every(({ live }) => live.kind === 'absent') ? 'create' : 'update';
}

/** Children that are gone from the target and that nothing brings back: no registry should be given such an index. */
function describeLost({ desired }: Planning, target: TargetState, groups: readonly TagGroup[]): readonly Unreadable[] {
  const missing = listMissing(target);
  if (missing.size === 0) return [];
  return groups.flatMap(([{ name, live, outcome }]) => {
    const { copies } = listCopies(desired.content, target, outcome.wanted);
    const error = findUnrestorable(outcome.wanted, missing, copies);
    return error === undefined ? [] : [toUnreadable(desired, target, { tag: { name, live }, error })];
  });
}

function listMissing({ tags }: TargetState): ReadonlySet<Digest> {
  return new Set(tags.flatMap(({ live }) => (live.kind === 'present' ? (live.missing ?? []) : [])));
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

function describeUnreadable(desired: Planning['desired'], target: TargetState): readonly Unreadable[] {
  return target.tags.flatMap((tag) =>
    tag.live.kind === 'unreadable' ? [toUnreadable(desired, target, { tag, error: tag.live.error })] : [],
  );
}

function describeFailedTags(
  desired: Planning['desired'],
  target: TargetState,
  tags: readonly PlannedTag[],
): readonly Unreadable[] {
  return tags.flatMap(({ name, live, outcome }) =>
    outcome.kind === 'failed' ? [toUnreadable(desired, target, { tag: { name, live }, error: outcome.error })] : [],
  );
}

function toUnreadable(
  desired: Planning['desired'],
  target: TargetState,
  failure: { readonly tag: TagState; readonly error: PlaitError },
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
