import { shortDigest } from '../oci/digest.ts';
import { formatRepository } from '../oci/repository.ts';
import type {
  Change,
  GuardRecord,
  IgnoredDrift,
  Plan,
  PlanScope,
  PlanSummary,
  TagMove,
  Unreadable,
} from '../plan/plan.ts';
import { formatShard } from '../plan/shard.ts';

/** `Plan: 2 to create, 1 to delete; 1 blocked; 96 unchanged` */
export function describeVerdict(counts: PlanSummary): string {
  const work = describeWork(counts);
  const held = join([
    [counts.blocked, 'blocked'],
    [counts.unreadable, 'unreadable'],
  ]);
  const parts = [work === '' ? 'nothing to do' : work, held, `${counts.unchanged} unchanged`];
  return `Plan: ${parts.filter((part) => part !== '').join('; ')}`;
}

/** `2 to create, 1 to delete`; empty when there is nothing to do. */
export function describeWork(counts: PlanSummary): string {
  return join([
    [counts.create, 'to create'],
    [counts.update, 'to update'],
    [counts.delete, 'to delete'],
  ]);
}

function join(counts: readonly (readonly [number, string])[]): string {
  return counts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ');
}

/** The flags that made the run one about a part of the config; empty for all of it. With commas between those of several runs. */
export function describeScope({ scope, parts = [scope] }: Pick<Plan, 'scope' | 'parts'>): string {
  return [...new Set(parts.map(describePart))].filter((words) => words !== '').join(', ');
}

function describePart(scope: PlanScope): string {
  const words = [
    ...scope.targets.map((glob) => `--target ${glob}`),
    ...scope.exclude.map((glob) => `--exclude ${glob}`),
    ...(scope.selector === null ? [] : [`--selector ${scope.selector}`]),
    ...(scope.shard === null || scope.shard.count === 1 ? [] : [`--shard ${formatShard(scope.shard)}`]),
  ];
  return words.join(' ');
}

/** The tag whose move stands for all: the first that exists, because a new one moves from nothing. */
function findLead(change: Change): TagMove | undefined {
  return change.tags.find((tag) => tag.expect !== null) ?? change.tags[0];
}

/** `ghcr.io/acme/api:latest  (+ 1.8 from f2c5ed2, 1 new)` */
export function nameTags(change: Change): string {
  const lead = findLead(change);
  const others = change.tags.filter((tag) => tag !== lead);
  const name = `${formatRepository(change.repository)}:${lead?.name ?? ''}`;
  if (others.length === 0) return name;
  return `${name}  (+ ${others.map((tag) => nameOther(tag, lead)).join(', ')})`;
}

/** A tag that holds something else than the first one now says so. */
function nameOther(tag: TagMove, lead: TagMove | undefined): string {
  if (tag.expect === (lead?.expect ?? null)) return tag.name;
  return tag.expect === null ? `${tag.name} new` : `${tag.name} from ${shortDigest(tag.expect)}`;
}

/** Each tag of the change as `repository:tag`. */
export function listReferences({ repository, tags }: Pick<Change, 'repository' | 'tags'>): readonly string[] {
  return tags.map(({ name }) => `${formatRepository(repository)}:${name}`);
}

/** `3f2a41d → 9bc1007`, or the one digest there is. */
export function describeMove(change: Change): string {
  const before = findLead(change)?.expect ?? null;
  if (change.index === null || before === change.index) return before === null ? '' : shortDigest(before);
  return before === null ? shortDigest(change.index) : `${shortDigest(before)} → ${shortDigest(change.index)}`;
}

/** A guard of the whole run says the same of every change: it is told once. */
export function isOfRun({ guard, by }: GuardRecord): boolean {
  return (guard === 'updates' || guard === 'deletes') && by.startsWith('--allow');
}

/** `allow with  --allow …`, or `set with  …` where no flag lifts it. */
export function describeWayOut({ by }: GuardRecord): string {
  return `${by.startsWith('--') ? 'allow' : 'set'} with  ${by}`;
}

/** One failed source of several images is one entry: what failed once is told once. */
export function groupUnreadable(entries: readonly Unreadable[]): readonly Unreadable[] {
  const groups = new Map<string, Unreadable>();
  for (const entry of entries) {
    const key = `${entry.reference}\n${entry.message}`;
    const group = groups.get(key);
    const left = [...new Set([...(group?.left ?? []), ...entry.left])];
    groups.set(key, group === undefined ? entry : { ...group, left });
  }
  return [...groups.values()];
}

/** Why it could not be read, without its own name in front. */
export function describeReason({ reference, message }: Pick<Unreadable, 'reference' | 'message'>): string {
  return message.startsWith(`${reference} `) ? message.slice(reference.length + 1) : message;
}

/** `a, b left as they are`. */
export function describeLeft({ left }: Pick<Unreadable, 'left'>): string {
  return `${left.join(', ')} left as ${left.length === 1 ? 'it is' : 'they are'}`;
}

/** `annotations, platforms ignored until 2026-12-31: trials` */
export function describeAcceptance({ fields, until, reason }: IgnoredDrift): string {
  return `${fields.join(', ')} ignored until ${until}: ${reason}`;
}

const METHODS = ['HEAD', 'GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'TOKEN', 'REDIRECT'];

/** `Requests: 214 HEAD, 9 GET.` */
export function describeRequests(requests: Readonly<Record<string, number>>): string {
  const words = METHODS.flatMap((method) => {
    const count = requests[method] ?? 0;
    return count === 0 ? [] : [`${count} ${METHODS.indexOf(method) > 5 ? method.toLowerCase() : method}`];
  });
  return `Requests: ${words.length === 0 ? 'none' : words.join(', ')}.`;
}
