import { isPlaitError } from '../errors/plait-error.ts';
import { formatRepository, type Repository } from '../oci/repository.ts';
import type { RequestOptions } from './client.ts';
import type { Place } from './context.ts';

/** Tokens of one registry that are wanted ahead of need at one time; further pushes get their own when they come. */
const EXPECTED_AT_ONCE = 64;

/** See `expectPush` of the client. */
export function createPushExpectations(
  placeOf: (repository: Repository) => Place,
): (repository: Repository, options?: RequestOptions) => void {
  const counts = new Map<string, number>();
  const add = (registry: string, change: 1 | -1): number => {
    const count = (counts.get(registry) ?? 0) + change;
    counts.set(registry, count);
    return count;
  };
  return (repository, options = {}) => {
    const { registry } = repository;
    const isWithin = add(registry, 1) <= EXPECTED_AT_ONCE;
    void (isWithin ? prepare(placeOf(repository), options) : Promise.resolve()).finally(() => add(registry, -1));
  };
}

async function prepare({ channel, repository }: Place, { signal }: RequestOptions): Promise<void> {
  const purpose = `push to ${formatRepository(repository)}`;
  const access = [{ path: repository.path, actions: ['pull', 'push'] as const }];
  try {
    await channel.prepare({ method: 'PUT', access, purpose, signal });
  } catch (error) {
    // The push is refused for the same reason, and says so.
    if (!isPlaitError(error)) throw error;
  }
}
