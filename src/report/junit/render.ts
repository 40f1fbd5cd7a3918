import type { AnyReport } from '../report.ts';
import { renderJunitPlan } from './plan.ts';
import { renderJunitResult } from './result.ts';

/** The XML that Jenkins, GitLab and most others read as "JUnit": a suite per image, a case per tag. */
export function renderJunit(report: AnyReport): string {
  return report.kind === 'apply' ? renderJunitResult(report) : renderJunitPlan(report);
}
