import { countDrift } from '../plan/drift.ts';
import { summarize } from '../plan/plan.ts';
import { describeVerdict } from './describe-change.ts';
import type { Report } from './report.ts';
import { describeDriftVerdict } from './text-drift.ts';

/** `Plan: 2 to create; 96 unchanged`, `Drift: 3 tags differ; 96 in sync` */
export function describeReport({ kind, plan }: Report): string {
  return kind === 'plan' ? describeVerdict(summarize(plan)) : describeDriftVerdict(countDrift(plan));
}
