import { createRegistryLimit } from '../registry/registry-limit.ts';
import { type ChangeWork, findRegistry } from './work.ts';

/** Changes of one registry in flight at one time; its own limit of requests is below this. */
export const CHANGES_AT_ONCE = 64;

/** Changes side by side. Not the context's own limit: steps wait inside for requests that need a place in it. */
export async function eachChange<Work extends ChangeWork>(
  works: readonly Work[],
  run: (work: Work) => Promise<void>,
): Promise<void> {
  await createRegistryLimit(CHANGES_AT_ONCE).map(works, findRegistry, run);
}
