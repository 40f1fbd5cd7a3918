import type { RunGuards } from '../config/run-rules.ts';
import type { LockFile } from '../state/lock-file.ts';
import type { AbsenceState } from '../state/read-absences.ts';
import type { ImageState } from '../state/read-state.ts';
import type { Allowance } from './allowance.ts';
import { classifyChange } from './classify.ts';
import type { Plan, PlanScope } from './plan.ts';
import { planAbsence } from './plan-absence.ts';
import { planImage } from './plan-image.ts';
import { checkRun, isBlocked } from './run-guards.ts';

export interface PlanInput {
  readonly images: readonly ImageState[];
  readonly absences: readonly AbsenceState[];
  readonly guards: RunGuards;
  readonly allowances: readonly Allowance[];
  /** True when the settings of this registry let tags be deleted. */
  readonly mayDelete: (registry: string) => boolean;
  readonly scope: PlanScope;
  /** The lock file in use: changes then have a class. */
  readonly lock?: LockFile;
}

/** Pure: same state, same plan, in the order of repositories and tags, whatever the order of the config. */
export function makePlan(input: PlanInput): Plan {
  const { allowances, guards, mayDelete, lock } = input;
  const plans = input.images.map((image) => planImage(image, { allowances, floatingSources: guards.floatingSources }));
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
    changes: changes.filter((change) => !isBlocked(change)).sort(byRepository),
    unchanged: plans.flatMap((plan) => plan.unchanged).sort(byRepository),
    blocked: changes.filter(isBlocked).sort(byRepository),
    unreadable: unreadable.sort((a, b) => compare(a.reference, b.reference)),
    notices: plans.flatMap((plan) => plan.notices).sort((a, b) => compare(a.message, b.message)),
    ...listSources(input),
  };
}

/** Nothing when no image was read to be recorded. */
function listSources({ images }: PlanInput): Pick<Plan, 'sources'> {
  if (images.every((image) => image.sources === undefined)) return {};
  const list = images.flatMap(({ desired, sources = [] }) =>
    sources.map(({ name, digest }) => ({ id: desired.declaration.id, name, digest })),
  );
  return { sources: list };
}

/** Tags that exist or are wanted. */
function countTags({ images, absences }: PlanInput): number {
  const wanted = images.flatMap((image) => image.targets).flatMap((target) => target.tags);
  const unwanted = absences.flatMap((state) => (state.kind === 'read' ? state.tags : []));
  return wanted.length + unwanted.filter((tag) => tag.live.kind !== 'absent').length;
}

/** Tags of one repository. */
export interface Placed {
  readonly repository: { readonly registry: string; readonly path: string };
  readonly tags: readonly { readonly name: string }[];
}

/** Pure: by repository, then by the first tag. */
export function byRepository(a: Placed, b: Placed): number {
  return compare(placeOf(a), placeOf(b));
}

function placeOf({ repository, tags }: Placed): string {
  return `${repository.registry}/${repository.path}:${tags[0]?.name ?? ''}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
