import { formatOrigin } from '../config/diagnostic.ts';
import { cleanText } from '../errors/redact.ts';
import { shortDigest } from '../oci/digest.ts';
import type { Change, GuardRecord, IgnoredDrift, PlatformChange, Unreadable } from '../plan/plan.ts';
import {
  describeAcceptance,
  describeLeft,
  describeMove,
  describeReason,
  describeWayOut,
  groupUnreadable,
  isOfRun,
  listReferences,
} from './describe-change.ts';
import { listDetails } from './describe-details.ts';
import type { Finding } from './finding.ts';
import { parsePlace } from './place.ts';
import type { AnyReport, Report, ReportKind, ResultReport } from './report.ts';
import { listResultFindings } from './result-findings.ts';
import { levelOf, RULES, type RuleId } from './rules.ts';

/** Pure: all findings of a report, what is taken away first and what is only told last. */
export function collectFindings(report: AnyReport): readonly Finding[] {
  const findings = report.kind === 'apply' ? listAfterApply(report) : listAll(report);
  const order = Object.keys(RULES);
  return [...findings].sort((a, b) => order.indexOf(a.rule) - order.indexOf(b.rule));
}

/** What a plan says of its changes has become how they ended; what it says besides still holds. */
function listAfterApply(report: ResultReport): readonly Finding[] {
  const { planned } = report;
  const told = planned === undefined ? [] : [...describeNotices(planned), ...describeDiagnostics(planned)];
  return [...listResultFindings(report), ...told];
}

function listAll(report: Report): readonly Finding[] {
  const { plan } = report;
  return [
    ...plan.changes.flatMap((change) => describeChange(report, change)),
    ...plan.blocked.flatMap((change) => describeBlocked(report, change)),
    ...describeRun(report),
    ...groupUnreadable(plan.unreadable).map((entry) => describeUnreadable(report, entry)),
    ...(plan.drift?.ignored ?? []).map((entry) => describeIgnored(report, entry)),
    ...describeNotices(report),
    ...describeDiagnostics(report),
  ];
}

/** It points at the rule that accepts it. */
function describeIgnored(report: Report, entry: IgnoredDrift): Finding {
  return {
    ...start(report, 'drift-ignored', { id: entry.id, origin: entry.rule }),
    references: listReferences(entry),
    message: clean(describeAcceptance(entry)),
  };
}

function describeDiagnostics(report: Report): readonly Finding[] {
  return report.diagnostics.map(({ severity, code, message, hint, origin }) => ({
    ...start(report, 'config', { id: '', origin: formatOrigin(origin) }),
    level: severity,
    message: clean(`${message} [${code}]`),
    remedy: hint,
  }));
}

/** What needs a look before anything else. */
export function isUrgent({ rule, level }: Finding): boolean {
  return (
    level !== 'pass' &&
    !['tag-moved', 'tag-repaired', 'tag-created', 'drift-ignored', 'notice', 'config'].includes(rule)
  );
}

/** Enough for every row of a change. */
const MAX_CHARS = 20_000;

function clean(text: string): string {
  return cleanText(text, MAX_CHARS);
}

function start(
  { kind, folder }: Report,
  rule: RuleId,
  from: { readonly id: string; readonly origin?: string },
): Omit<Finding, 'message'> {
  const place = parsePlace(from.origin ?? '', folder);
  return {
    rule,
    level: levelOf(rule, kind),
    id: from.id,
    place,
    references: [],
    platform: undefined,
    details: '',
    remedy: undefined,
  };
}

function describeChange(report: Report, change: Change): readonly Finding[] {
  const isPlan = report.kind === 'plan';
  const lost = change.platforms.filter(({ action }) => action === (isPlan ? 'remove' : 'add'));
  const strange = change.platforms.filter(({ action }) => action === 'remove');
  const missing = change.platforms.filter(({ action }) => action === 'restore');
  const exists = change.action !== 'create';
  return [
    ...(exists ? lost : []).map((row) => describeRowOf(report, change, { row, rule: 'platform-removed' })),
    ...(isPlan ? [] : strange).map((row) => describeRowOf(report, change, { row, rule: 'platform-unexpected' })),
    ...missing.map((row) => describeRowOf(report, change, { row, rule: 'child-missing' })),
    describeWhole(report, change),
  ];
}

function describeRowOf(
  report: Report,
  change: Change,
  { row, rule }: { readonly row: PlatformChange; readonly rule: RuleId },
): Finding {
  const allowed = change.guards.find(({ guard, result }) => guard === 'platform-removal' && result === 'allowed');
  const by =
    rule === 'platform-removed' && report.kind === 'plan' && allowed !== undefined ? `, allowed by ${allowed.by}` : '';
  return {
    ...start(report, rule, change),
    references: listReferences(change),
    platform: row.platform,
    message: clean(`${sayRow(report, row, rule)}${by}`),
  };
}

function sayRow({ kind }: Report, row: PlatformChange, rule: RuleId): string {
  const digest = row.before ?? row.after;
  const image = `${row.platform}${digest === null ? '' : ` (${shortDigest(digest)})`}`;
  if (rule === 'child-missing')
    return `${kind === 'plan' ? 'gets back' : 'names'} ${image}, which is gone from the registry`;
  if (rule === 'platform-unexpected') return `holds ${image}, which is not declared`;
  return kind === 'plan' ? `loses ${image}` : `lacks ${image}`;
}

/** The change as a whole, with everything that it holds, so that no row is told by another format only. */
function describeWhole(report: Report, change: Change): Finding {
  const details = listDetails(change);
  const move = describeMove(change);
  const head = `${sayAction(report, change)}${move === '' ? '' : ` ${move}`}`;
  return {
    ...start(report, ruleOf(report, change), change),
    references: listReferences(change),
    message: clean(head),
    details: clean(details.join('; ')),
  };
}

function ruleOf({ kind }: Report, { action }: Change): RuleId {
  const isPlan = kind === 'plan';
  if (action === 'create') return isPlan ? 'tag-created' : 'tag-missing';
  if (action === 'delete') return isPlan ? 'tag-deleted' : 'tag-unexpected';
  return action === 'repair' ? 'tag-repaired' : 'tag-moved';
}

const SAID: Readonly<Record<ReportKind, Readonly<Record<Change['action'], string>>>> = {
  plan: { create: 'is created as', update: 'moves', delete: 'is deleted, was', repair: 'is repaired at' },
  drift: { create: 'does not exist, declared is', update: 'differs', delete: 'exists as', repair: 'is broken at' },
};
const SAID_OF_HELD: Readonly<Record<Change['action'], string>> = {
  create: 'would be created as',
  update: 'would move',
  delete: 'would be deleted, is',
  repair: 'would be repaired at',
};

function sayAction({ kind }: Report, change: Change): string {
  const isHeld = kind === 'plan' && listBlocking(change).length > 0;
  return (isHeld ? SAID_OF_HELD : SAID[kind])[change.action];
}

function describeBlocked(report: Report, change: Change): readonly Finding[] {
  const own = listBlocking(change).filter((guard) => !isOfRun(guard));
  if (own.length === 0) return [describeWhole(report, change)];
  const details = clean([describeMove(change), ...listDetails(change)].filter((part) => part !== '').join('; '));
  return own.map((guard) => ({
    ...start(report, `blocked-${guard.guard}`, change),
    references: listReferences(change),
    message: clean(`is held back: ${guard.message}`),
    details,
    remedy: clean(describeWayOut(guard)),
  }));
}

/** The guards that hold a change back. */
export function listBlocking(change: Change): readonly GuardRecord[] {
  return change.guards.filter(({ result }) => result === 'blocked');
}

/** What a guard of the whole run says, once for all that it holds back. */
function describeRun(report: Report): readonly Finding[] {
  const groups = new Map<string, { readonly guard: GuardRecord; readonly changes: Change[] }>();
  for (const change of report.plan.blocked) {
    for (const guard of listBlocking(change).filter(isOfRun)) {
      const group = groups.get(guard.message);
      if (group === undefined) groups.set(guard.message, { guard, changes: [change] });
      else group.changes.push(change);
    }
  }
  return [...groups.values()].map(({ guard, changes: [first, ...others] }) => ({
    ...start(report, `blocked-${guard.guard}`, first ?? { id: '' }),
    references: [first, ...others].flatMap((change) => (change === undefined ? [] : listReferences(change))),
    message: clean(`held back: ${guard.message}`),
    remedy: clean(describeWayOut(guard)),
  }));
}

function describeUnreadable(report: Report, entry: Unreadable): Finding {
  return {
    ...start(report, 'unreadable', entry),
    references: [entry.reference],
    message: clean(`could not be read: ${describeReason(entry)}; ${describeLeft(entry)}`),
    remedy: entry.hint === null ? undefined : clean(entry.hint),
  };
}

function describeNotices(report: Report): readonly Finding[] {
  const origins = new Map(
    [...report.plan.changes, ...report.plan.blocked, ...report.plan.unreadable].map(({ id, origin }) => [id, origin]),
  );
  return report.plan.notices.map(({ id, code, message }) => {
    const origin = origins.get(id);
    return {
      ...start(report, 'notice', { id, ...(origin === undefined ? {} : { origin }) }),
      message: clean(`${message} [${code}]`),
    };
  });
}

/** A finding in full, for formats in which it stands alone: names, message, and the details of the change. */
export function describeFinding({ references, message, details }: Finding): string {
  const names = references.length === 0 ? '' : `${references.join(', ')} `;
  return `${names}${message}${details === '' ? '' : ` (${details})`}`;
}
