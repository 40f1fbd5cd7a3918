import { shortDigest } from '../oci/digest.ts';
import { formatRepository } from '../oci/repository.ts';
import {
  type Change,
  type GuardRecord,
  type Plan,
  summarize,
  type TagMove,
  type Unchanged,
  type Unreadable,
} from '../plan/plan.ts';
import type { Style } from './style.ts';
import { describeAction, describeClassBefore, listClassMeanings } from './text-class.ts';
import { countHidden, listFieldRows, listPlatformRows } from './text-rows.ts';

export interface TextPlanOptions {
  readonly style: Style;
  /** Also lists what needs no change. */
  readonly showUnchanged: boolean;
  /** The verdict and one line a change. */
  readonly short: boolean;
  /** Requests sent, by method. */
  readonly requests: Readonly<Record<string, number>>;
}

/** The plan for people: verdict first, one block an index, blocked and unreadable last. Same plan, same text. */
export function renderTextPlan(plan: Plan, options: TextPlanOptions): string {
  const layout = { ...options, width: findWidth([...plan.changes, ...plan.blocked]) };
  const work = [
    ...plan.changes.map((change) => describeChange(change, layout)),
    ...(options.showUnchanged ? plan.unchanged.map((entry) => describeUnchanged(entry, options.style)) : []),
  ];
  const held = [
    ...plan.blocked.map((change) => describeBlocked(change, layout)),
    ...describeRunGuards(plan, options.style),
    ...groupUnreadable(plan.unreadable).map((entry) => describeUnreadable(entry, options.style)),
  ];
  const legend = work.length + held.length > 0 && !options.short ? [describeLegend(plan, options)] : [];
  const notices = [...new Set(plan.notices.map((notice) => `Note: ${notice.message}`))];
  const sections = [work, held, notices, legend];
  const lines = [
    ...describeScope(plan),
    describeVerdict(plan, options.style),
    ...sections.filter((section) => section.length > 0).flatMap((section) => ['', ...section]),
    describeRequests(options.requests),
  ];
  return `${lines.join('\n')}\n`;
}

/** Digests stand in one column as long as names are of a usual length. */
const MAX_NAME_WIDTH = 60;

interface Layout extends TextPlanOptions {
  readonly width: number;
}

function findWidth(changes: readonly Change[]): number {
  const widths = changes.map((change) => nameTags(change).length).filter((width) => width <= MAX_NAME_WIDTH);
  return widths.reduce((widest, width) => Math.max(widest, width), 0);
}

function describeScope(plan: Plan): readonly string[] {
  const { targets, exclude, selector } = plan.scope;
  const words = [
    ...targets.map((glob) => `--target ${glob}`),
    ...exclude.map((glob) => `--exclude ${glob}`),
    ...(selector === null ? [] : [`--selector ${selector}`]),
  ];
  return words.length === 0 ? [] : [`Part of the config only: ${words.join(' ')}`];
}

function describeVerdict(plan: Plan, style: Style): string {
  const counts = summarize(plan);
  const work = join([
    [counts.create, 'to create'],
    [counts.update, 'to update'],
    [counts.delete, 'to delete'],
  ]);
  const held = join([
    [counts.blocked, 'blocked'],
    [counts.unreadable, 'unreadable'],
  ]);
  const parts = [work === '' ? 'nothing to do' : work, held, `${counts.unchanged} unchanged`];
  return style.strong(`Plan: ${parts.filter((part) => part !== '').join('; ')}`);
}

function join(counts: readonly (readonly [number, string])[]): string {
  return counts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ');
}

function describeChange(change: Change, options: Layout): string {
  const { style } = options;
  const head = `${markOf(change, style)} ${style.strong(nameTags(change).padEnd(options.width))}   ${describeMove(change)}  ${describeAction(change, style)}`;
  return options.short ? head : [head, ...describeRows(change, options), ...describeAllowed(change)].join('\n');
}

function markOf({ action }: Change, style: Style): string {
  if (action === 'create') return style.add('+');
  return action === 'delete' ? style.remove('-') : style.update('~');
}

function describeRows(change: Change, options: TextPlanOptions): readonly string[] {
  const rows = listPlatformRows(change, options);
  const hidden = countHidden(change, options.showUnchanged);
  const rest = hidden === 0 ? [] : [`(${hidden} platform${hidden === 1 ? '' : 's'} unchanged)`];
  const note = rest.map((text) => `      ${options.style.faint(text)}`);
  return [
    ...rows.map((row) => `    ${row}`),
    ...listFieldRows(change, options.style).map((row) => `    ${row}`),
    ...note,
  ];
}

function describeAllowed(change: Change): readonly string[] {
  const allowed = change.guards.filter((guard) => guard.result === 'allowed');
  return [...new Set(allowed.map((guard) => `      allowed: ${guard.message}  (${guard.by})`))];
}

function describeBlocked(change: Change, options: Layout): string {
  const { style } = options;
  const blocking = change.guards.filter((guard) => guard.result === 'blocked');
  const [first, ...others] = blocking.map((guard) => (isOfRun(guard) ? `too many ${guard.guard}` : guard.message));
  const move = describeMove(change);
  const head = `${style.blocked('!')} ${style.strong(nameTags(change).padEnd(options.width))}   ${move}  ${describeClassBefore(change, style)}${style.blocked(
    `blocked: ${[first, ...others].join('; ')}`,
  )}`;
  const allow = blocking.filter((guard) => !isOfRun(guard)).map(describeWayOut);
  return [head, ...(options.short ? [] : describeRows(change, options)), ...allow].join('\n');
}

/** A guard of the whole run says the same of every change: it is printed once. */
function isOfRun({ guard, by }: GuardRecord): boolean {
  return (guard === 'updates' || guard === 'deletes') && by.startsWith('--allow');
}

function describeWayOut({ by }: GuardRecord): string {
  return `      ${by.startsWith('--') ? 'allow' : 'set'} with  ${by}`;
}

function describeRunGuards(plan: Plan, style: Style): readonly string[] {
  const records = plan.blocked.flatMap((change) => change.guards).filter((guard) => guard.result === 'blocked');
  const lines = records
    .filter(isOfRun)
    .map((guard) => `${style.blocked('!')} ${style.blocked(guard.message)}\n${describeWayOut(guard)}`);
  return [...new Set(lines)];
}

function describeUnchanged(entry: Unchanged, style: Style): string {
  const repository = formatRepository(entry.repository);
  return entry.tags
    .map(({ name, digest }) => `${style.faint('=')} ${repository}:${name}   ${style.faint(shortDigest(digest))}`)
    .join('\n');
}

/** One failed source of several images is one block: what failed once is said once. */
function groupUnreadable(entries: readonly Unreadable[]): readonly Unreadable[] {
  const groups = new Map<string, Unreadable>();
  for (const entry of entries) {
    const key = `${entry.reference}\n${entry.message}`;
    const group = groups.get(key);
    const left = [...new Set([...(group?.left ?? []), ...entry.left])];
    groups.set(key, group === undefined ? entry : { ...group, left });
  }
  return [...groups.values()];
}

function describeUnreadable(entry: Unreadable, style: Style): string {
  const left = `${entry.left.join(', ')} left as ${entry.left.length === 1 ? 'it is' : 'they are'}`;
  const reason = entry.message.startsWith(`${entry.reference} `)
    ? entry.message.slice(entry.reference.length + 1)
    : entry.message;
  return [
    `${style.unreadable('?')} ${style.strong(entry.reference)}   ${style.unreadable(reason)}`,
    `      ${left}  (${entry.origin})`,
    ...(entry.hint === null ? [] : [`      hint: ${entry.hint}`]),
  ].join('\n');
}

/** The tag whose move the head line shows: the first that exists, because a new one moves from nothing. */
function findLead(change: Change): TagMove | undefined {
  return change.tags.find((tag) => tag.expect !== null) ?? change.tags[0];
}

function nameTags(change: Change): string {
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

function describeMove(change: Change): string {
  const before = findLead(change)?.expect ?? null;
  if (change.index === null || before === change.index) return before === null ? '' : shortDigest(before);
  return before === null ? shortDigest(change.index) : `${shortDigest(before)} → ${shortDigest(change.index)}`;
}

function describeLegend(plan: Plan, options: TextPlanOptions): string {
  const { style } = options;
  const shown = [...plan.changes, ...plan.blocked];
  const acts = new Set(shown.flatMap((change) => change.platforms.map((row) => row.action)));
  const isUpdate = acts.has('update') || shown.some((change) => change.fields.length > 0);
  const words = [
    plan.changes.some(({ action }) => action === 'update' || action === 'repair') || isUpdate
      ? `${style.update('~')} update`
      : '',
    plan.changes.some((change) => change.action === 'create') || acts.has('add') || acts.has('restore')
      ? `${style.add('+')} add`
      : '',
    acts.has('remove') || plan.changes.some(({ action }) => action === 'delete') ? `${style.remove('-')} remove` : '',
    options.showUnchanged && plan.unchanged.length > 0 ? `${style.faint('=')} unchanged` : '',
    plan.blocked.length > 0 ? `${style.blocked('!')} blocked` : '',
    plan.unreadable.length > 0 ? `${style.unreadable('?')} unreadable` : '',
  ];
  return [words.filter((word) => word !== '').join('   '), ...listClassMeanings(shown)].join('\n');
}

/** `Requests: 214 HEAD, 9 GET.` */
export function describeRequests(requests: Readonly<Record<string, number>>): string {
  const order = ['HEAD', 'GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'TOKEN', 'REDIRECT'];
  const words = order.flatMap((method) => {
    const count = requests[method] ?? 0;
    return count === 0
      ? []
      : [`${count} ${method === method.toUpperCase() && order.indexOf(method) > 5 ? method.toLowerCase() : method}`];
  });
  return `Requests: ${words.length === 0 ? 'none' : words.join(', ')}.`;
}
