import { type ApplyOptions, applyPlan } from '../../src/apply/apply-plan.ts';
import type { ApplyResult } from '../../src/apply/apply-result.ts';
import type { Declaration } from '../../src/config/declaration.ts';
import { normalizePlatform, parsePlatform } from '../../src/oci/platform.ts';
import { parseReference } from '../../src/oci/reference.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { RegistryClient } from '../../src/registry/client.ts';
import { readState } from '../../src/state/read-state.ts';
import { REAL_CLOCK } from './make-client.ts';
import { declare, planInput } from './states.ts';

/** A declaration that weaves `sources` (platform to reference) into `tags` of `target`. */
export function weave(target: string, tags: readonly string[], sources: Readonly<Record<string, string>>): Declaration {
  const entries = Object.entries(sources).map(([platform, source]) => ({
    platform: normalizePlatform(parsePlatform(platform)),
    origin: { file: 'manifests.yaml', line: 1, column: 1 },
    source: parseReference(source),
    optional: false,
    annotations: {},
  }));
  return declare({
    id: target,
    targets: [{ repository: parseRepository(target), tags }],
    content: { kind: 'platforms', entries },
  });
}

export async function planAll(client: RegistryClient, ...declarations: readonly Declaration[]): Promise<Plan> {
  const images = await readState(client, declarations);
  return makePlan(planInput(images));
}

/** Applies a plan that was made just now. */
export function applyAll(client: RegistryClient, plan: Plan, more: Partial<ApplyOptions> = {}): Promise<ApplyResult> {
  const plannedAt = REAL_CLOCK.elapsed();
  return applyPlan(plan, { client, clock: REAL_CLOCK, plannedAt, stale: 'abort', failFast: false, ...more });
}

/** `repository:tag status`, in the order of the result; the registry is left out. */
export function describeResult(result: ApplyResult): readonly string[] {
  return result.changes.flatMap(({ repository, tags }) =>
    tags.map((tag) => `${repository.path}:${tag.name} ${tag.status}`),
  );
}
