import type { RunGuards } from '../config/run-rules.ts';
import { compareText } from '../oci/text-order.ts';
import type { LockFile } from '../state/lock-file.ts';
import type { AbsenceState } from '../state/read-absences.ts';
import type { ImageState } from '../state/read-state.ts';
import type { Allowance } from './allowance.ts';
import { classifyChange } from './classify.ts';
import type { Plan, PlanScope, PlanSource } from './plan.ts';
import { planAbsence } from './plan-absence.ts';
import { type ImagePlan, planImage } from './plan-image.ts';
import { checkRun, isBlocked } from './run-guards.ts';

/** What all images of a run are planned by. */
export interface PlanRules {
  readonly guards: RunGuards;
  readonly allowances: readonly Allowance[];
}

export interface JoinInput extends PlanRules {
  readonly images: readonly PlannedImage[];
  readonly absences: readonly AbsenceState[];
  /** True when the settings of this registry let tags be deleted. */
  readonly mayDelete: (registry: string) => boolean;
  readonly scope: PlanScope;
  /** The lock file in use: changes then have a class. */
  readonly lock?: LockFile;
}

export interface PlanInput extends Omit<JoinInput, 'images'> {
  readonly images: readonly ImageState[];
}

/** What one declaration adds to a plan: much less than was read for it. */
export interface PlannedImage {
  readonly plan: ImagePlan;
  /** Tags that are wanted, whatever they hold. */
  readonly tags: number;
  /** Undefined when nothing of it is to be recorded in a lock file. */
  readonly sources: readonly PlanSource[] | undefined;
}

/** Pure: same state, same plan, in the order of repositories and tags, whatever the order of the config. */
export function makePlan(input: PlanInput): Plan {
  return joinPlan({ ...input, images: input.images.map((image) => planState(image, input)) });
}

/** Pure: what `state` comes to, for {@link joinPlan}. */
export function planState(state: ImageState, { allowances, guards }: PlanRules): PlannedImage {
  const { id } = state.desired.declaration;
  return {
    plan: planImage(state, { allowances, floatingSources: guards.floatingSources }),
    tags: state.targets.reduce((sum, target) => sum + target.tags.length, 0),
    sources: state.sources?.map(({ name, digest }) => ({ id, name, digest })),
  };
}

/** Pure: the plan of all images and absences, with what the guards of the run say of it. */
export function joinPlan(input: JoinInput): Plan {
  const { allowances, guards, mayDelete, lock } = input;
  const plans = input.images.map(({ plan }) => plan);
  const absences = input.absences.map(planAbsence);
  const found = [...plans, ...absences].flatMap((plan) => plan.changes);
  const changes = checkRun(lock === undefined ? found : found.map((change) => classifyChange(change, lock)), {
    guards,
    allowances,
    mayDelete,
    tagsInScope: countTags(input),
  });
  const unreadable = [...plans.flatMap((plan) => plan.unreadable), ...absences.flatMap((plan) => plan.unreadable)];
  return {
    scope: input.scope,
    indexes: new Map(plans.flatMap((plan) => plan.indexes).map((index) => [index.digest, index])),
    changes: sortPlaced(changes.filter((change) => !isBlocked(change))),
    unchanged: sortPlaced(plans.flatMap((plan) => plan.unchanged)),
    blocked: sortPlaced(changes.filter(isBlocked)),
    unreadable: unreadable.sort((a, b) => compareText(a.reference, b.reference)),
    notices: plans.flatMap((plan) => plan.notices).sort((a, b) => compareText(a.message, b.message)),
    ...joinSources(input),
  };
}

/** Nothing when no image was read to be recorded. */
function joinSources({ images }: JoinInput): Pick<Plan, 'sources'> {
  if (images.every(({ sources }) => sources === undefined)) return {};
  return { sources: images.flatMap(({ sources = [] }) => sources) };
}

/** Tags that exist or are wanted. */
function countTags({ images, absences }: JoinInput): number {
  const wanted = images.reduce((sum, { tags }) => sum + tags, 0);
  const unwanted = absences.flatMap((state) => (state.kind === 'read' ? state.tags : []));
  return wanted + unwanted.filter((tag) => tag.live.kind !== 'absent').length;
}

/** Tags of one repository. */
export interface Placed {
  readonly repository: { readonly registry: string; readonly path: string };
  readonly tags: readonly { readonly name: string }[];
}

/** Pure: by repository, then by the first tag. */
export function sortPlaced<Item extends Placed>(items: readonly Item[]): readonly Item[] {
  const named = items.map((item) => ({ item, place: placeOf(item) }));
  return named.sort((a, b) => compareText(a.place, b.place)).map(({ item }) => item);
}

function placeOf({ repository, tags }: Placed): string {
  return `${repository.registry}/${repository.path}:${tags[0]?.name ?? ''}`;
}
