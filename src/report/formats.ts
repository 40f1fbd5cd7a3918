import { fromResultDocument } from '../apply/from-result-document.ts';
import { fitLines } from './fit-lines.ts';
import type { ReportFormat } from './format-names.ts';
import { listJsonPieces } from './json-text.ts';
import type { AnyReport } from './report.ts';
import type { Style } from './style.ts';

export interface ReportOptions {
  readonly style: Style;
  readonly short: boolean;
  readonly showUnchanged: boolean;
  /** Of the terminal that shows the text; absent for a file or a pipe, which take lines of any length. */
  readonly columns?: number;
}

/**
 * A report in `format`, as pieces of text. Each writer is loaded when it is asked for, so that a plan as text pays for none of
 * the others. `github` is the summary alone; `renderGithub` makes the other parts of it.
 */
export async function listReportPieces(
  report: AnyReport,
  format: ReportFormat,
  options: ReportOptions,
): Promise<Iterable<string>> {
  if (format === 'json') return toJsonPieces(report);
  return format === 'text' ? listTextPieces(report, options) : [await renderReport(report, format, options)];
}

/** As {@link listReportPieces}, as one text. */
export async function renderReport(report: AnyReport, format: ReportFormat, options: ReportOptions): Promise<string> {
  switch (format) {
    case 'text':
      return [...(await listTextPieces(report, options))].join('');
    case 'json':
      return [...toJsonPieces(report)].join('');
    case 'ndjson':
      return (await import('./ndjson/event-log.ts')).renderNdjson(report);
    case 'markdown':
      return (await import('./markdown/render.ts')).renderMarkdown(report);
    case 'html':
      return (await import('./html/render.ts')).renderHtml(report);
    case 'github':
      return (await import('./github/render.ts')).renderGithub(report).summary;
    case 'junit':
      return (await import('./junit/render.ts')).renderJunit(report);
    case 'sarif':
      return (await import('./sarif.ts')).renderSarif(report);
    default:
      return format satisfies never;
  }
}

/** Of several files each as it is: only so its checksum is that of its content. */
function toJsonPieces({ document, files }: AnyReport): Iterable<string> {
  if (files === undefined) return listJsonPieces(document);
  return [
    `${JSON.stringify(
      files.map((file) => file.document),
      null,
      2,
    )}\n`,
  ];
}

async function listTextPieces(report: AnyReport, options: ReportOptions): Promise<Iterable<string>> {
  return fitPieces(await renderText(report, options), options.columns);
}

function* fitPieces(pieces: Iterable<string>, columns: number | undefined): Generator<string, void, void> {
  for (const piece of pieces) yield fitLines(piece, columns);
}

/** In pieces of whole lines. */
async function renderText(report: AnyReport, options: ReportOptions): Promise<Iterable<string>> {
  const { requests } = report.document;
  if (report.kind === 'apply') {
    const { listTextApply } = await import('./text-apply.ts');
    const { unreadable = [] } = report.document;
    return listTextApply(fromResultDocument(report.document), { style: options.style, requests, unreadable });
  }
  if (report.kind === 'drift') {
    const { renderTextDrift } = await import('./text-drift.ts');
    return [renderTextDrift(report.plan, { ...options, requests })];
  }
  const { listTextPlan } = await import('./text-plan.ts');
  return listTextPlan(report.plan, { ...options, requests });
}
