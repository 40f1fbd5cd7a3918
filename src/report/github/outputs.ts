import type { Change } from '../../plan/plan.ts';
import type { AnyReport, Report, ResultReport } from '../report.ts';

/**
 * Lines for `GITHUB_OUTPUT`: `changes`, `drift`, `blocked`, `errors` and `plan-checksum`, as numbers of images. Values are numbers
 * and digests, so that none of them can hold a line of its own.
 */
export function renderGithubOutputs(report: AnyReport): string {
  const outputs = report.kind === 'apply' ? listOfResult(report) : listOfPlan(report);
  return Object.entries(outputs)
    .map(([key, value]) => `${key}=${String(value).replaceAll(/[^\w:.+-]/g, '')}\n`)
    .join('');
}

type Outputs = Readonly<Record<string, number | string>>;

/** In a plan, drift is what a lock file tells: changes that somebody else made. */
function listOfPlan({ kind, plan, document }: Report): Outputs {
  const all = [...plan.changes, ...plan.blocked];
  return {
    changes: plan.changes.length,
    drift: kind === 'drift' ? all.length : all.filter(isDrift).length,
    blocked: plan.blocked.length,
    errors: plan.unreadable.length,
    'plan-checksum': document.checksum,
  };
}

/** After an apply, changes are what was changed, and what somebody else moved meanwhile is drift, too. */
function listOfResult({ document, planned }: ResultReport): Outputs {
  const { changes, unreadable = [] } = document;
  const count = (status: string) => changes.filter(({ tags }) => tags.some((tag) => tag.status === status)).length;
  const known = planned === undefined ? [] : [...planned.plan.changes, ...planned.plan.blocked];
  return {
    changes: count('done'),
    drift: count('stale') + known.filter(isDrift).length,
    blocked: count('blocked'),
    errors: count('failed') + unreadable.length,
    ...(planned === undefined ? {} : { 'plan-checksum': planned.document.checksum }),
  };
}

function isDrift(change: Change): boolean {
  return change.class === 'drift' || change.class === 'conflict';
}
