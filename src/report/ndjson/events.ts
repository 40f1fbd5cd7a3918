import type { ResultDocument } from '../../apply/result-schema.ts';
import { countStatuses } from '../describe-result.ts';
import { parsePlace } from '../place.ts';
import type { Report } from '../report.ts';
import type { ReportEvent } from './events-schema.ts';

/** The major number changes when an older reader could misread a line. */
const FORMAT_VERSION = '1.0';

/** An event as its line. */
export function toLine(event: ReportEvent): string {
  return `${JSON.stringify(event)}\n`;
}

/** The first line. */
export function startOf(
  report: 'plan' | 'drift' | 'apply',
  tool: { readonly name: string; readonly version: string },
): ReportEvent {
  return { type: 'version', formatVersion: FORMAT_VERSION, tool: { ...tool }, report };
}

/** What a plan says, without its first and last line. */
export function listPlanEvents({ kind, document, diagnostics, folder }: Report): readonly ReportEvent[] {
  const type = kind === 'plan' ? 'planned' : 'drift';
  return [
    ...diagnostics.map(
      ({ severity, code, message, hint, origin }): ReportEvent => ({
        type: 'diagnostic',
        severity,
        code,
        message,
        hint: hint ?? null,
        id: null,
        ...(parsePlace(`${origin.file}:${origin.line}:${origin.column}`, folder) ?? NOWHERE),
      }),
    ),
    ...document.changes.map((change): ReportEvent => ({ type, change })),
    ...document.blocked.map((change): ReportEvent => ({ type: 'blocked', change })),
    ...document.unreadable.map((entry): ReportEvent => ({ type: 'unreadable', ...entry })),
    ...(document.drift?.ignored ?? []).map((drift): ReportEvent => ({ type: 'ignored', drift })),
    ...document.notices.map(
      ({ id, code, message }): ReportEvent => ({
        type: 'diagnostic',
        severity: 'note',
        code,
        message,
        hint: null,
        id,
        ...NOWHERE,
      }),
    ),
  ];
}

const NOWHERE = { file: null, line: null, column: null };

/** How each tag ended. */
export function listResultEvents({ changes }: ResultDocument): readonly ReportEvent[] {
  return changes.flatMap(({ id, repository, tags }) =>
    tags.map(({ name, status, before, after, code, message, hint }): ReportEvent => {
      const tag = { id, repository, tag: name, before, after };
      return status === 'done' || status === 'already'
        ? { type: 'apply_complete', ...tag, status }
        : { type: 'apply_errored', ...tag, status, code, message, hint };
    }),
  );
}

/** What could not be read, of an apply. */
export function listUnread({ unreadable = [] }: ResultDocument): readonly ReportEvent[] {
  return unreadable.map((entry) => ({ type: 'unreadable', ...entry }));
}

/** The last line. */
export function endOf({
  report,
  result,
}: {
  readonly report?: Report | undefined;
  readonly result?: ResultDocument;
}): ReportEvent {
  return {
    type: 'summary',
    plan: report?.document.summary ?? null,
    checksum: report === undefined || report.files !== undefined ? null : report.document.checksum,
    result: result === undefined ? null : { ...countStatuses(result) },
    interrupted: result?.interrupted ?? false,
    requests: { ...(result?.requests ?? report?.document.requests) },
  };
}
