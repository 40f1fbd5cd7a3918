import { formatRepository, type Repository } from '../oci/repository.ts';
import type { RequestOptions } from './client.ts';
import { type Place, toPushAccess } from './context.ts';

/** Tokens of one registry that are wanted ahead of need at one time; further pushes get their own when they come. */
const EXPECTED_AT_ONCE = 64;

/** See `expectPush` of the client. */
export function createPushExpectations(
  placeOf: (repository: Repository) => Place,
): (repository: Repository, options?: RequestOptions) => void {
  const counts = new Map<string, number>();
  const add = (registry: string, change: 1 | -1) => counts.set(registry, (counts.get(registry) ?? 0) + change);
  return (repository, options = {}) => {
    const { registry } = repository;
    if ((counts.get(registry) ?? 0) >= EXPECTED_AT_ONCE) return;
    add(registry, 1);
    void prepare(placeOf(repository), options).finally(() => add(registry, -1));
  };
}

async function prepare({ channel, repository }: Place, { signal }: RequestOptions): Promise<void> {
  const purpose = `push to ${formatRepository(repository)}`;
  try {
    await channel.prepare({ method: 'PUT', access: toPushAccess(repository), purpose, signal });
  } catch {
    // Whatever it is, the push meets it as well, and says so.
  }
}
