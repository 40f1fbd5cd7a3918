import { compareText } from '../oci/text-order.ts';
import type { Plan, PlanScope } from './plan.ts';
import { formatShard, type Shard } from './shard.ts';

type JoinedScope = Pick<Plan, 'scope' | 'parts'>;

/** Pure: what several plans are about together. All shards of a run are the run. */
export function joinScopes(scopes: readonly PlanScope[]): JoinedScope {
  const [first = NOTHING] = scopes;
  const isOne = scopes.every((scope) => toKey(scope) === toKey(first));
  const shards = scopes.flatMap(({ shard }) => (shard === null ? [] : [shard]));
  const scope = isOne ? { ...first, shard: null } : NOTHING;
  if (isOne && (shards.length === 0 || listMissing(shards).length === 0)) return { scope };
  return { scope, parts: [...scopes].sort(byShard) };
}

/** Pure: the shards that are not there, when all of `shards` are of one run. */
export function findMissingShards(shards: readonly (Shard | null)[]): readonly string[] {
  const given = shards.flatMap((shard) => (shard === null ? [] : [shard]));
  const [first] = given;
  if (first === undefined || given.length < shards.length) return [];
  return given.some(({ count }) => count !== first.count) ? [] : listMissing(given);
}

const NOTHING: PlanScope = { targets: [], exclude: [], selector: null, shard: null };

/** All of a scope but which of its shards it is. */
function toKey({ targets, exclude, selector, shard }: PlanScope): string {
  return JSON.stringify([targets, exclude, selector, shard?.count ?? null]);
}

/** Of one count. */
function listMissing(shards: readonly Shard[]): readonly string[] {
  const { count = 0 } = shards[0] ?? {};
  const there = new Set(shards.map(({ index }) => index));
  return Array.from({ length: count }, (_, position) => ({ index: position + 1, count }))
    .filter(({ index }) => !there.has(index))
    .map(formatShard);
}

function byShard(a: PlanScope, b: PlanScope): number {
  return (a.shard?.index ?? 0) - (b.shard?.index ?? 0) || compareText(toKey(a), toKey(b));
}
