import type { ChangeLimit, RunGuards } from '../config/run-rules.ts';
import { formatRepository } from '../oci/repository.ts';
import { type Allowance, findAllowance, formatAllowance } from './allowance.ts';
import type { Change, GuardRecord } from './plan.ts';

/** What the guards of a whole run look at. */
export interface RunCheck {
  readonly guards: Pick<RunGuards, 'updates' | 'deletes'>;
  /** Tags that the run is about, whether they change or not. */
  readonly tagsInScope: number;
  readonly allowances: readonly Allowance[];
  /** True when the settings of this registry let tags be deleted. */
  readonly mayDelete: (registry: string) => boolean;
}

/** Pure: the changes with what the guards of the run say of them. Only changes that nothing else holds back count. */
export function checkRun(changes: readonly Change[], check: RunCheck): readonly Change[] {
  const permitted = changes.map((change) => checkPermission(change, check));
  const limited = limit(permitted, { kind: 'updates', rule: check.guards.updates, check });
  return limit(limited, { kind: 'deletes', rule: check.guards.deletes, check });
}

export function isBlocked(change: Change): boolean {
  return change.guards.some((guard) => guard.result === 'blocked');
}

/** Deleting is off unless the settings of the registry say otherwise; no flag of a run turns it on. */
function checkPermission(change: Change, { mayDelete }: RunCheck): Change {
  const { registry } = change.repository;
  if (change.action !== 'delete' || mayDelete(registry)) return change;
  const message = `tags of ${registry} are never deleted`;
  return add(change, {
    guard: 'deletes',
    result: 'blocked',
    message,
    by: `deletes: tag  for ${registry} under registries`,
  });
}

interface Limit {
  readonly kind: 'updates' | 'deletes';
  readonly rule: ChangeLimit | undefined;
  readonly check: RunCheck;
}

function limit(changes: readonly Change[], { kind, rule, check }: Limit): readonly Change[] {
  const concerned = new Set(changes.filter((change) => !isBlocked(change) && countTags(change, kind) > 0));
  const count = [...concerned].reduce((sum, change) => sum + countTags(change, kind), 0);
  const message = rule === undefined ? undefined : describeExcess(rule, { kind, count, total: check.tagsInScope });
  if (message === undefined) return changes;
  return changes.map((change) =>
    concerned.has(change) ? add(change, judgeAll(change, { kind, message }, check)) : change,
  );
}

/** New tags are no updates: nothing that anyone pulls changes. */
function countTags(change: Change, kind: Limit['kind']): number {
  if (kind === 'deletes') return change.action === 'delete' ? change.tags.length : 0;
  return change.action === 'update' ? change.tags.filter((tag) => tag.expect !== null).length : 0;
}

function describeExcess(
  { percent, count: most, from }: ChangeLimit,
  { kind, count, total }: { readonly kind: Limit['kind']; readonly count: number; readonly total: number },
): string | undefined {
  const verb = kind === 'updates' ? 'update' : 'delete';
  const what = `the run would ${verb} ${count} of ${total} tags`;
  if (most !== undefined && count > most) return `${what}, more than ${most}`;
  if (percent === undefined || count < from || count * 100 <= percent * total) return undefined;
  return `${what}, more than ${percent} percent`;
}

function judgeAll(
  change: Change,
  { kind, message }: { readonly kind: Limit['kind']; readonly message: string },
  { allowances }: RunCheck,
): GuardRecord {
  const place = formatRepository(change.repository);
  const found = change.tags.map((tag) => findAllowance(allowances, kind, `${place}:${tag.name}`));
  const used = new Set(found.flatMap((allowance) => (allowance === undefined ? [] : [formatAllowance(allowance)])));
  return found.includes(undefined)
    ? { guard: kind, result: 'blocked', message, by: `--allow '${kind}=**'` }
    : { guard: kind, result: 'allowed', message, by: [...used].join(' ') };
}

function add(change: Change, record: GuardRecord): Change {
  return { ...change, guards: [...change.guards, record] };
}
