import type { ApplyEvent } from '../../apply/context.ts';
import type { AnyReport, Report } from '../report.ts';
import { endOf, listPlanEvents, listResultEvents, listUnread, startOf, toLine } from './events.ts';
import type { ReportEvent } from './events-schema.ts';

/** Reports as events, a line each, written as they come. The last line is written when the report is complete. */
export interface EventLog {
  /** What is going to be done; before anything is. */
  readonly begin: (planned: Report) => void;
  /** What an apply tells while it works. */
  readonly follow: (event: ApplyEvent) => void;
  /** The report to its end, without what was told already. */
  readonly end: (report: AnyReport) => void;
}

export interface EventLogOptions {
  /** What the first line says that this is about. */
  readonly kind: AnyReport['kind'];
  readonly write: (line: string) => void;
  /** Monotonic milliseconds. */
  readonly elapsed: () => number;
}

/** Bytes alone are told of at most this often. */
const BYTES_MS = 1000;

/** A whole report at once. */
export function renderNdjson(report: AnyReport): string {
  const lines: string[] = [];
  createEventLog({ kind: report.kind, write: (line) => lines.push(line), elapsed: () => 0 }).end(report);
  return lines.join('');
}

/** Writes nothing by itself. */
export function createEventLog({ kind, write, elapsed }: EventLogOptions): EventLog {
  const emit = (event: ReportEvent) => write(toLine(event));
  let hasBegun = false;
  let hasStarted = false;
  let planned: Report | undefined;
  let toldAt = Number.NEGATIVE_INFINITY;
  let at: Progress = { phase: 'check', done: 0, total: 0, bytes: 0, what: null };

  const begin = (report: Report) => {
    hasBegun = true;
    planned = report;
    emit(startOf(kind, report.document.tool));
    listPlanEvents(report).forEach(emit);
  };
  const tell = () => {
    toldAt = elapsed();
    emit({ type: 'apply_progress', ...at });
  };
  return {
    begin,
    follow: (event) => {
      if (!hasStarted && planned !== undefined) emit(countWork(planned));
      hasStarted = true;
      at = advance(at, event);
      if (event.kind !== 'bytes' || elapsed() - toldAt >= BYTES_MS) tell();
    },
    end: (report) => {
      if (report.kind !== 'apply') {
        if (!hasBegun) begin(report);
        emit(endOf({ report }));
        return;
      }
      if (!hasBegun) {
        emit(startOf(kind, report.document.tool));
        listUnread(report.document).forEach(emit);
      }
      listResultEvents(report.document).forEach(emit);
      emit(endOf({ report: planned, result: report.document }));
    },
  };
}

type Progress = Omit<Extract<ReportEvent, { type: 'apply_progress' }>, 'type'>;

function advance(at: Progress, event: ApplyEvent): Progress {
  if (event.kind === 'bytes') return { ...at, bytes: at.bytes + event.bytes, what: null };
  if (event.kind === 'phase') return { ...at, phase: event.phase, done: 0, total: event.total, what: null };
  return { ...at, phase: event.phase, done: at.done + 1, what: event.label };
}

function countWork({ plan }: Report): ReportEvent {
  return { type: 'apply_start', changes: plan.changes.length, tags: plan.changes.flatMap(({ tags }) => tags).length };
}
