import type { ApplyOptions } from '../apply/apply-plan.ts';
import type { LoadedConfig } from '../config/load.ts';
import { isSameRepository } from '../oci/repository.ts';
import { makePlan } from '../plan/make-plan.ts';
import type { Change } from '../plan/plan.ts';
import type { RegistryClient } from '../registry/client.ts';
import type { ImageState } from '../state/read-state.ts';
import { rereadTag } from '../state/reread.ts';
import type { CliContext } from './context.ts';
import type { PlanQuestion } from './planning.ts';

/** What was read for a plan, and how the plan was made of it. */
export interface PlanOrigin {
  readonly question: Pick<PlanQuestion, 'allowances' | 'scope'> & {
    readonly config: Pick<LoadedConfig, 'guards' | 'drift'>;
  };
  readonly images: readonly ImageState[];
  readonly client: RegistryClient;
}

/**
 * How apply plans a change again when another writer moved its tag: for images with `unmanagedPlatforms: keep` only. The
 * limits of a whole run were asked when it was planned, about the same tags, and are not asked again.
 */
export function createReplan(
  { signal }: Pick<CliContext, 'signal'>,
  { question, images, client }: PlanOrigin,
): NonNullable<ApplyOptions['replan']> {
  const { config, allowances, scope } = question;
  const rules = { guards: { floatingSources: config.guards.floatingSources }, allowances, scope };
  const states = new Map(images.map((state) => [state.desired.declaration.id, state]));
  return (change) => {
    const state = states.get(change.id);
    if (state?.desired.kind !== 'resolved' || !isAmending(state, change)) return undefined;
    const { desired } = state;
    return async (tag) => {
      const again = await rereadTag(
        client,
        { state, desired, repository: change.repository, tag },
        { signal, children: config.drift.children },
      );
      return makePlan({ ...rules, images: [again], absences: [], mayDelete: () => false });
    };
  };
}

function isAmending({ desired: { declaration } }: ImageState, { repository, action }: Change): boolean {
  return (
    declaration.unmanagedPlatforms === 'keep' &&
    declaration.targets.some((target) => isSameRepository(target.repository, repository)) &&
    (action === 'create' || action === 'update')
  );
}
