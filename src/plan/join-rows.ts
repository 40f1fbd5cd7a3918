import type { FieldChange, PlatformChange } from './plan.ts';

const WEIGHT: Readonly<Record<PlatformChange['action'], number>> = {
  remove: 0,
  restore: 1,
  update: 2,
  add: 3,
  keep: 4,
};

/**
 * Pure: the rows of one index for tags that hold different things now, as one list. Of the rows that mean the same for
 * a platform one stays; a platform kept at one tag and changed at another is shown as changed. `lists` are those of the
 * tags that exist, or of all when none does: for a new tag everything would be new, which its name says already.
 */
export function joinPlatforms(lists: readonly (readonly PlatformChange[])[]): readonly PlatformChange[] {
  const rows = new Map<string, PlatformChange>();
  for (const row of lists.flat()) rows.set(`${row.platform} ${row.action} ${row.before ?? ''}`, row);
  const changed = new Set([...rows.values()].filter((row) => row.action !== 'keep').map((row) => row.platform));
  const kept = [...rows.values()].filter((row) => row.action !== 'keep' || !changed.has(row.platform));
  const order = [...new Set(lists.flatMap((list) => list.map((row) => row.platform)))];
  const position = new Map(order.map((platform, index) => [platform, index]));
  const rank = (row: PlatformChange) => (row.action === 'remove' ? order.length : (position.get(row.platform) ?? 0));
  return kept.sort((a, b) => rank(a) - rank(b) || WEIGHT[a.action] - WEIGHT[b.action]);
}

/** Pure: every difference once, in the order first seen. */
export function joinFields(lists: readonly (readonly FieldChange[])[]): readonly FieldChange[] {
  const rows = new Map(lists.flat().map((row) => [JSON.stringify(row), row]));
  return [...rows.values()];
}
