import { countDrift, type DriftCounts } from '../plan/drift.ts';
import type { IgnoredDrift, Plan } from '../plan/plan.ts';
import {
  describeAcceptance,
  describeRequests,
  describeScope,
  groupUnreadable,
  listReferences,
} from './describe-change.ts';
import {
  describeChange,
  describeLegend,
  describeUnchanged,
  describeUnreadable,
  findWidth,
  type TextPlanOptions,
} from './text-plan.ts';

/** How live tags differ, for people: verdict first, and last the one line that scripts may read. */
export function renderTextDrift(plan: Plan, options: TextPlanOptions): string {
  const { style } = options;
  const layout = { ...options, width: findWidth(plan.changes) };
  const counts = countDrift(plan);
  const differing = [
    ...plan.changes.map((change) => describeChange(change, layout)),
    ...(options.showUnchanged ? plan.unchanged.map((entry) => describeUnchanged(entry, style)) : []),
  ];
  const ignored = (plan.drift?.ignored ?? []).map((entry) => style.faint(describeIgnored(entry)));
  const unreadable = groupUnreadable(plan.unreadable).map((entry) => describeUnreadable(entry, style));
  const notices = [...new Set(plan.notices.map((notice) => `Note: ${notice.message}`))];
  const legend = plan.changes.length > 0 && !options.short ? [describeSigns(plan, options)] : [];
  const scope = describeScope(plan);
  const lines = [
    ...(scope === '' ? [] : [`Part of the config only: ${scope}`]),
    style.strong(describeDriftVerdict(counts)),
    ...[differing, ignored, unreadable, notices, legend]
      .filter((section) => section.length > 0)
      .flatMap((section) => ['', ...section]),
    describeRequests(options.requests),
    describeCounts(counts),
  ];
  return `${lines.join('\n')}\n`;
}

/** `Drift: 3 tags differ (2 drift, 1 pending); 1 ignored; 96 in sync` */
export function describeDriftVerdict(counts: DriftCounts): string {
  const classes = (['conflict', 'drift', 'adopt', 'pending'] as const).filter((name) => counts[name] > 0);
  const differing = classes.reduce((sum, name) => sum + counts[name], 0);
  const isKnown = classes.some((name) => name !== 'drift');
  const detail = isKnown ? ` (${classes.map((name) => `${counts[name]} ${name}`).join(', ')})` : '';
  const parts = [
    differing === 0 ? '' : `${differing} tag${differing === 1 ? ' differs' : 's differ'}${detail}`,
    counts.ignored === 0 ? '' : `${counts.ignored} ignored`,
    counts.unreadable === 0 ? '' : `${counts.unreadable} not compared`,
    `${counts.inSync} in sync`,
  ];
  return `Drift: ${parts.filter((part) => part !== '').join('; ')}`;
}

/** The line that scripts may read: its first word and its keys stay, keys may be added after them. */
export function describeCounts(counts: DriftCounts): string {
  const { inSync, drift, pending, conflict, adopt, ignored, unreadable } = counts;
  const values = { in_sync: inSync, drift, pending, conflict, adopt, ignored, unreadable };
  return `plait-drift: ${Object.entries(values)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')}`;
}

function describeIgnored(entry: IgnoredDrift): string {
  return `i ${listReferences(entry).join(', ')}   ${describeAcceptance(entry)}  (${entry.rule})`;
}

function describeSigns(plan: Plan, options: TextPlanOptions): string {
  return `As plait apply would put it right: ${describeLegend(plan, { ...options, showUnchanged: false })}`;
}
