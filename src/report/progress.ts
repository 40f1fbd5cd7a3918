import type { ApplyEvent, ApplyPhase } from '../apply/context.ts';

/** Where progress goes and how: one rewritten line on a terminal, nothing that hides output elsewhere. */
export interface ProgressSink {
  readonly mode: 'tty' | 'plain' | 'none';
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
/** Logs get a line this often. */
const PLAIN_MS = 10_000;

const VERBS: Readonly<Record<ApplyPhase, string>> = {
  check: 'Checking tags',
  copy: 'Copying images',
  referrers: 'Copying signatures and the like',
  push: 'Pushing indexes',
  tag: 'Moving tags',
  verify: 'Verifying tags',
  settle: 'Waiting for tags that others write too',
  delete: 'Deleting tags',
};

/** One line that tells what goes on. Draws nothing before the first {@link REDRAW_MS}, so that quick runs stay quiet. */
export function createProgress(sink: ProgressSink): Progress {
  const interval = sink.mode === 'tty' ? REDRAW_MS : PLAIN_MS;
  let drawnAt = sink.elapsed();
  let isDrawn = false;
  let bytes = 0;
  let phase: { verb: string; done: number; total: number } = { verb: '', done: 0, total: 0 };

  const draw = () => {
    if (sink.mode === 'none' || sink.elapsed() - drawnAt < interval) return;
    drawnAt = sink.elapsed();
    const text = describe(phase, bytes);
    if (sink.mode === 'plain') {
      sink.write(`${text}\n`);
      return;
    }
    isDrawn = true;
    sink.write(`\r\u001b[2K${text.slice(0, Math.max(0, sink.columns - 1))}`);
  };
  return {
    reading: (done, total) => {
      phase = { verb: 'Reading images', done, total };
      draw();
    },
    applying: (event) => {
      if (event.kind === 'bytes') bytes += event.bytes;
      else if (event.kind === 'phase') phase = { verb: VERBS[event.phase], done: 0, total: event.total };
      else phase = { ...phase, done: phase.done + 1 };
      draw();
    },
    clear: () => {
      if (isDrawn) sink.write('\r\u001b[2K');
      isDrawn = false;
    },
  };
}

function describe(phase: { verb: string; done: number; total: number }, bytes: number): string {
  const moved = bytes === 0 ? '' : `, ${formatBytes(bytes)} copied`;
  return `${phase.verb}: ${Math.min(phase.done, phase.total)} of ${phase.total}${moved}`;
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
