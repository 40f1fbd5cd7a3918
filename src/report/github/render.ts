import type { Finding } from '../finding.ts';
import { collectFindings, describeFinding } from '../findings.ts';
import { renderMarkdown } from '../markdown/render.ts';
import type { AnyReport } from '../report.ts';
import { type Annotation, renderAnnotations } from './commands.ts';

/** What a run shows on GitHub Actions, for the two places that it has for it. */
export interface GithubReport {
  /** Workflow commands, for standard output or standard error. */
  readonly commands: string;
  /** For `GITHUB_STEP_SUMMARY`, at most as many bytes as were asked for. */
  readonly summary: string;
}

/** The limit of GitHub for the summaries of a step. */
export const MAX_SUMMARY_BYTES = 1024 * 1024;

/** `summaryBytes`: what is left of {@link MAX_SUMMARY_BYTES}. */
export function renderGithub(report: AnyReport, summaryBytes = MAX_SUMMARY_BYTES): GithubReport {
  const commands = renderAnnotations(collectFindings(report).map(toAnnotation));
  return {
    commands: commands.map((line) => `${line}\n`).join(''),
    summary: renderMarkdown(report, summaryBytes),
  };
}

function toAnnotation(finding: Finding): Annotation {
  const { rule, level, remedy, place } = finding;
  const text = describeFinding(finding);
  return { level, title: rule, message: `${text}${remedy === undefined ? '' : `\n${remedy}`}`, place };
}
