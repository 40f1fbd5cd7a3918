import type { AnyReport } from '../report.ts';
import { renderPlanPage } from './plan-page.ts';
import { renderResultPage } from './result-page.ts';

/** The report as one self-contained page. */
export function renderHtml(report: AnyReport): string {
  return report.kind === 'apply' ? renderResultPage(report) : renderPlanPage(report);
}
