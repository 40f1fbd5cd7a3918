import pLimit, { type LimitFunction } from 'p-limit';

/** Tasks side by side, with a limit for each registry: a slow one keeps none of the others waiting. */
export interface RegistryLimit {
  /** Runs `task` for each item when it is its turn; the answers are in the order of the items. Throws what a task throws. */
  map<Item, T>(
    items: readonly Item[],
    findRegistry: (item: Item) => string,
    task: (item: Item) => Promise<T>,
  ): Promise<readonly T[]>;
}

/** At most `width` tasks at one time for each registry. */
export function createRegistryLimit(width: number): RegistryLimit {
  const limits = new Map<string, LimitFunction>();
  const find = (registry: string): LimitFunction => {
    const limit = limits.get(registry) ?? pLimit(width);
    limits.set(registry, limit);
    return limit;
  };
  return {
    map: (items, findRegistry, task) => Promise.all(items.map((item) => find(findRegistry(item))(task, item))),
  };
}
