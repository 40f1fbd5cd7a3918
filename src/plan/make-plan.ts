import type { ImageState } from '../state/read-state.ts';
import type { Allowance } from './allowance.ts';
import type { Plan, PlanScope } from './plan.ts';
import { planImage } from './plan-image.ts';

export interface PlanInput {
  readonly images: readonly ImageState[];
  readonly allowances: readonly Allowance[];
  readonly scope: PlanScope;
}

/** Pure: same state, same plan, in the order of repositories and tags, whatever the order of the config. */
export function makePlan(input: PlanInput): Plan {
  const plans = input.images.map((image) => planImage(image, input.allowances));
  const notices = input.images.flatMap(({ desired }) => (desired.kind === 'resolved' ? desired.notices : []));
  return {
    scope: input.scope,
    indexes: new Map(plans.flatMap((plan) => plan.indexes).map((index) => [index.digest, index])),
    changes: plans.flatMap((plan) => plan.changes).sort(byRepository),
    unchanged: plans.flatMap((plan) => plan.unchanged).sort(byRepository),
    blocked: plans.flatMap((plan) => plan.blocked).sort(byRepository),
    unreadable: plans.flatMap((plan) => plan.unreadable).sort((a, b) => compare(a.reference, b.reference)),
    notices: [...notices].sort((a, b) => compare(a.message, b.message)),
  };
}

interface Placed {
  readonly repository: { readonly registry: string; readonly path: string };
  readonly tags: readonly { readonly name: string }[];
}

function byRepository(a: Placed, b: Placed): number {
  return compare(placeOf(a), placeOf(b));
}

function placeOf({ repository, tags }: Placed): string {
  return `${repository.registry}/${repository.path}:${tags[0]?.name ?? ''}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
