import type { ApplyEvent, ApplyPhase } from '../apply/context.ts';
import { toLine } from './ndjson/events.ts';
import type { ReportEvent } from './ndjson/events-schema.ts';

/** Where progress goes and how: one rewritten line on a terminal, nothing that hides output elsewhere. */
export interface ProgressSink {
  readonly mode: 'tty' | 'plain' | 'ndjson' | 'none';
  readonly columns: number;
  readonly write: (text: string) => void;
  /** Monotonic milliseconds. */
  readonly elapsed: () => number;
}

export interface Progress {
  readonly reading: (done: number, total: number) => void;
  readonly applying: (event: ApplyEvent) => void;
  /** Removes the line, so that other text can be written. */
  readonly clear: () => void;
}

/** A terminal line is redrawn at most this often. */
const REDRAW_MS = 80;
/** At most this often a line is told of: to people in a log, and to programs. */
const INTERVALS_MS: Readonly<Record<ProgressSink['mode'], number>> = {
  tty: REDRAW_MS,
  plain: 10_000,
  ndjson: 1_000,
  none: Number.POSITIVE_INFINITY,
};

const VERBS: Readonly<Record<ApplyPhase | 'read', string>> = {
  read: 'Reading images',
  check: 'Checking tags',
  copy: 'Copying images',
  referrers: 'Copying signatures and the like',
  push: 'Pushing indexes',
  tag: 'Moving tags',
  verify: 'Verifying tags',
  settle: 'Waiting for tags that others write too',
  delete: 'Deleting tags',
};

/** What goes on now. */
interface Phase {
  readonly name: ApplyPhase | 'read';
  readonly done: number;
  readonly total: number;
  /** When it began, and the bytes that were copied until then. */
  readonly begunAt: number;
  readonly bytesBefore: number;
}

/** One line that tells what goes on. Draws nothing before the first {@link REDRAW_MS}, so that quick runs stay quiet. */
export function createProgress(sink: ProgressSink): Progress {
  const interval = INTERVALS_MS[sink.mode];
  let drawnAt = sink.elapsed();
  let isDrawn = false;
  let bytes = 0;
  const begin = (name: Phase['name'], total: number): Phase => {
    return { name, done: 0, total, begunAt: sink.elapsed(), bytesBefore: bytes };
  };
  let phase = begin('read', 0);

  const draw = () => {
    const now = sink.elapsed();
    if (now - drawnAt < interval) return;
    drawnAt = now;
    if (sink.mode === 'ndjson') sink.write(toLine(toEvent(phase, bytes)));
    else if (sink.mode === 'plain') sink.write(`${describe(phase, { now, bytes })}\n`);
    else {
      isDrawn = true;
      sink.write(`\r\u001b[2K${describe(phase, { now, bytes }).slice(0, Math.max(0, sink.columns - 1))}`);
    }
  };
  return {
    reading: (done, total) => {
      phase = { ...(phase.name === 'read' && phase.done <= done ? phase : begin('read', total)), done, total };
      draw();
    },
    applying: (event) => {
      if (event.kind === 'bytes') bytes += event.bytes;
      else if (event.kind === 'phase') phase = begin(event.phase, event.total);
      else phase = { ...phase, done: Math.min(phase.done + 1, phase.total) };
      draw();
    },
    clear: () => {
      if (isDrawn) sink.write('\r\u001b[2K');
      isDrawn = false;
    },
  };
}

function toEvent({ name, done, total }: Phase, bytes: number): ReportEvent {
  return { type: 'progress', phase: name, done, total, bytes, what: null };
}

/** Rates and what is left are guesses: none is made of less than this. */
const KNOWN_AFTER_MS = 2_000;

/** `Reading images: 30 of 100, 12/s, 6 s left` */
function describe(
  { name, done, total, begunAt, bytesBefore }: Phase,
  { now, bytes }: { readonly now: number; readonly bytes: number },
): string {
  const seconds = (now - begunAt) / 1000;
  const isKnown = now - begunAt >= KNOWN_AFTER_MS;
  const rate = isKnown ? done / seconds : 0;
  const speed =
    isKnown && bytes > bytesBefore ? ` at ${formatBytes(Math.round((bytes - bytesBefore) / seconds))}/s` : '';
  const parts = [
    `${VERBS[name]}: ${done} of ${total}`,
    ...(rate >= 1 ? [`${Math.round(rate)}/s`] : []),
    ...(bytes === 0 ? [] : [`${formatBytes(bytes)} copied${speed}`]),
    ...(rate > 0 && done < total ? [`${formatSeconds((total - done) / rate)} left`] : []),
  ];
  return parts.join(', ');
}

/** `6 s`, `12 min`, `3 h`: never less than it is. */
export function formatSeconds(seconds: number): string {
  if (seconds <= 90) return `${Math.max(1, Math.ceil(seconds))} s`;
  return seconds <= 5400 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`;
}

/** `12.3 MB`, decimal units as registries count. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ''}`;
}
