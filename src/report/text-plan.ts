import { shortDigest } from '../oci/digest.ts';
import { formatRepository } from '../oci/repository.ts';
import { type Change, type Plan, summarize, type Unchanged, type Unreadable } from '../plan/plan.ts';
import {
  describeLeft,
  describeMove,
  describeReason,
  describeRequests,
  describeScope,
  describeVerdict,
  describeWayOut,
  groupUnreadable,
  isOfRun,
  nameTags,
} from './describe-change.ts';
import { listAllowed, listReferrers } from './describe-details.ts';
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
  return [...listTextPlan(plan, options)].join('');
}

/** As {@link renderTextPlan}, in pieces of whole lines: the text of a large plan takes as much as the plan. */
export function* listTextPlan(plan: Plan, options: TextPlanOptions): Generator<string, void, void> {
  const layout = { ...options, width: findWidth([...plan.changes, ...plan.blocked]) };
  const held = [
    ...plan.blocked.map((change) => describeBlocked(change, layout)),
    ...describeRunGuards(plan, options.style),
    ...groupUnreadable(plan.unreadable).map((entry) => describeUnreadable(entry, options.style)),
  ];
  const isShown = plan.changes.length + held.length > 0 || (options.showUnchanged && plan.unchanged.length > 0);
  const legend = isShown && !options.short ? [describeLegend(plan, options)] : [];
  const notices = [...new Set(plan.notices.map((notice) => `Note: ${notice.message}`))];
  const scope = describeScope(plan);
  if (scope !== '') yield `Part of the config only: ${scope}\n`;
  yield `${options.style.strong(describeVerdict(summarize(plan)))}\n`;
  for (const section of [listWork(plan, layout), held, notices, legend]) yield* listSection(section);
  yield `${describeRequests(options.requests)}\n`;
}

function* listWork(plan: Plan, layout: Layout): Generator<string, void, void> {
  for (const change of plan.changes) yield describeChange(change, layout);
  if (!layout.showUnchanged) return;
  for (const entry of plan.unchanged) yield describeUnchanged(entry, layout.style);
}

/** Nothing of one that is empty. */
function* listSection(section: Iterable<string>): Generator<string, void, void> {
  let isFirst = true;
  for (const lines of section) {
    yield `${isFirst ? '\n' : ''}${lines}\n`;
    isFirst = false;
  }
}

/** Digests stand in one column as long as names are of a usual length. */
const MAX_NAME_WIDTH = 60;

export interface Layout extends TextPlanOptions {
  readonly width: number;
}

export function findWidth(changes: readonly Change[]): number {
  const widths = changes.map((change) => nameTags(change).length).filter((width) => width <= MAX_NAME_WIDTH);
  return widths.reduce((widest, width) => Math.max(widest, width), 0);
}

export function describeChange(change: Change, options: Layout): string {
  const { style } = options;
  const head = `${markOf(change, style)} ${style.strong(nameTags(change).padEnd(options.width))}   ${describeMove(change)}  ${describeAction(change, style)}`;
  return options.short ? head : [head, ...describeRows(change, options), ...describeMore(change, options)].join('\n');
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

/** What comes along, and what would have been held back. */
function describeMore(change: Change, { style }: TextPlanOptions): readonly string[] {
  const along = listReferrers(change).map((text) => `      ${style.faint(text)}`);
  return [...along, ...listAllowed(change).map((text) => `      ${text}`)];
}

function describeBlocked(change: Change, options: Layout): string {
  const { style } = options;
  const blocking = change.guards.filter((guard) => guard.result === 'blocked');
  const [first, ...others] = blocking.map((guard) => (isOfRun(guard) ? `too many ${guard.guard}` : guard.message));
  const move = describeMove(change);
  const head = `${style.blocked('!')} ${style.strong(nameTags(change).padEnd(options.width))}   ${move}  ${describeClassBefore(change, style)}${style.blocked(
    `blocked: ${[first, ...others].join('; ')}`,
  )}`;
  const allow = blocking.filter((guard) => !isOfRun(guard)).map((guard) => `      ${describeWayOut(guard)}`);
  return [
    head,
    ...(options.short ? [] : [...describeRows(change, options), ...describeMore(change, options)]),
    ...allow,
  ].join('\n');
}

function describeRunGuards(plan: Plan, style: Style): readonly string[] {
  const records = plan.blocked.flatMap((change) => change.guards).filter((guard) => guard.result === 'blocked');
  const lines = records
    .filter(isOfRun)
    .map((guard) => `${style.blocked('!')} ${style.blocked(guard.message)}\n      ${describeWayOut(guard)}`);
  return [...new Set(lines)];
}

export function describeUnchanged(entry: Unchanged, style: Style): string {
  const repository = formatRepository(entry.repository);
  return entry.tags
    .map(({ name, digest }) => `${style.faint('=')} ${repository}:${name}   ${style.faint(shortDigest(digest))}`)
    .join('\n');
}

export function describeUnreadable(entry: Unreadable, style: Style): string {
  return [
    `${style.unreadable('?')} ${style.strong(entry.reference)}   ${style.unreadable(describeReason(entry))}`,
    `      ${describeLeft(entry)}  (${entry.origin})`,
    ...(entry.hint === null ? [] : [`      hint: ${entry.hint}`]),
  ].join('\n');
}

export function describeLegend(plan: Plan, options: TextPlanOptions): string {
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
