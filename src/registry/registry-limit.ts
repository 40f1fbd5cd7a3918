import pLimit, { type LimitFunction } from 'p-limit';
import { mapAtOnce } from '../transport/map-at-once.ts';

/** Tasks side by side, with a limit for each registry: a slow one keeps none of the others waiting. */
export interface RegistryLimit {
  /** Runs `task` for each item when it is its turn; the answers are in the order of the items. Throws what a task throws. */
  map<Item, T>(
    items: readonly Item[],
    findRegistry: (item: Item) => string,
    task: (item: Item) => Promise<T>,
  ): Promise<readonly T[]>;
}

/** At most `width` tasks at one time for each registry. Those whose turn is far off cost nothing. */
export function createRegistryLimit(width: number): RegistryLimit {
  const limits = new Map<string, LimitFunction>();
  const find = (registry: string): LimitFunction => {
    const limit = limits.get(registry) ?? pLimit(width);
    limits.set(registry, limit);
    return limit;
  };
  return {
    map: async (items, findRegistry, task) => {
      const results: Awaited<ReturnType<typeof task>>[] = [];
      const groups = [...groupItems(items, findRegistry)].map(([registry, group]) =>
        mapAtOnce(group, width, async ({ item, position }) => {
          results[position] = await find(registry)(task, item);
        }),
      );
      await Promise.all(groups);
      return results;
    },
  };
}

interface Numbered<Item> {
  readonly item: Item;
  readonly position: number;
}

function groupItems<Item>(
  items: readonly Item[],
  findRegistry: (item: Item) => string,
): ReadonlyMap<string, readonly Numbered<Item>[]> {
  const groups = new Map<string, Numbered<Item>[]>();
  for (const [position, item] of items.entries()) {
    const registry = findRegistry(item);
    const group = groups.get(registry);
    if (group === undefined) groups.set(registry, [{ item, position }]);
    else group.push({ item, position });
  }
  return groups;
}
