import type { AnyReport } from '../report.ts';
import { renderMarkdownPlan } from './plan.ts';
import { renderMarkdownResult } from './result.ts';

/** GitHub takes comments of 65,536 characters; what posts them may add something of its own. */
export const MAX_COMMENT_BYTES = 60_000;

/**
 * GitHub Flavored Markdown, for a comment on a pull request, at most `maxBytes` of UTF-8, which are never less than its
 * characters. Begins with a hidden marker, `<!-- plait:plan`, by which a later comment finds the one that it replaces.
 */
export function renderMarkdown(report: AnyReport, maxBytes = MAX_COMMENT_BYTES): string {
  return report.kind === 'apply' ? renderMarkdownResult(report, maxBytes) : renderMarkdownPlan(report, maxBytes);
}
