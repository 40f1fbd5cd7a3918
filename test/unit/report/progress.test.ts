import { describe, expect, it } from 'vitest';
import { eventSchema } from '../../../src/report/ndjson/events-schema.ts';
import {
  createProgress,
  formatBytes,
  formatSeconds,
  type Progress,
  type ProgressSink,
} from '../../../src/report/progress.ts';

interface Stage {
  readonly progress: Progress;
  readonly written: string[];
  advance(ms: number): void;
}

function start(mode: ProgressSink['mode'], columns = 80): Stage {
  const written: string[] = [];
  let now = 0;
  const sink: ProgressSink = { mode, columns, write: (text) => void written.push(text), elapsed: () => now };
  return {
    progress: createProgress(sink),
    written,
    advance: (ms) => {
      now += ms;
    },
  };
}

describe('progress on a terminal', () => {
  it('is one line that is written over', () => {
    const { progress, written, advance } = start('tty');
    advance(100);
    progress.reading(3, 10);
    advance(100);
    progress.reading(4, 10);

    expect(written).toEqual(['\r\u001b[2KReading images: 3 of 10', '\r\u001b[2KReading images: 4 of 10']);
  });

  it('stays quiet for quick runs and is not drawn too often', () => {
    const { progress, written, advance } = start('tty');
    progress.reading(1, 10);
    advance(100);
    progress.reading(2, 10);
    progress.reading(3, 10);

    expect(written).toHaveLength(1);
  });

  it('counts steps and bytes of an apply', () => {
    const { progress, written, advance } = start('tty');
    progress.applying({ kind: 'phase', phase: 'copy', total: 2 });
    progress.applying({ kind: 'step', phase: 'copy', label: 'a' });
    advance(100);
    progress.applying({ kind: 'bytes', bytes: 12_345_678 });

    expect(written.at(-1)).toBe('\r\u001b[2KCopying images: 1 of 2, 12.3 MB copied');
  });

  it('tells rate and time left of long work', () => {
    const { progress, written, advance } = start('tty');
    progress.reading(0, 100);
    advance(3000);
    progress.reading(30, 100);

    expect(written).toEqual(['\r\u001b[2KReading images: 30 of 100, 10/s, 7 s left']);
  });

  it('tells the speed of copies, of this phase alone', () => {
    const { progress, written, advance } = start('tty');
    progress.applying({ kind: 'phase', phase: 'copy', total: 4 });
    progress.applying({ kind: 'step', phase: 'copy', label: 'a' });
    advance(10_000);
    progress.applying({ kind: 'bytes', bytes: 41_000_000 });
    progress.applying({ kind: 'phase', phase: 'tag', total: 2 });
    advance(3000);
    progress.applying({ kind: 'step', phase: 'tag', label: 'b' });

    expect(written).toEqual([
      '\r\u001b[2KCopying images: 1 of 4, 41.0 MB copied at 4.1 MB/s, 30 s left',
      '\r\u001b[2KMoving tags: 1 of 2, 41.0 MB copied, 3 s left',
    ]);
  });

  it('fits the narrowest terminal', () => {
    const { progress, written, advance } = start('tty', 3);
    advance(100);
    progress.reading(1, 10);

    expect(written).toEqual(['\r\u001b[2KRe']);
  });

  it('is removed before other text, once', () => {
    const { progress, written, advance } = start('tty');
    advance(100);
    progress.reading(1, 10);
    progress.clear();
    progress.clear();

    expect(written.slice(1)).toEqual(['\r\u001b[2K']);
  });
});

describe('progress elsewhere', () => {
  it('is a plain line now and then', () => {
    const { progress, written, advance } = start('plain');
    advance(100);
    progress.reading(1, 10);
    advance(10_000);
    progress.reading(2, 10);
    progress.clear();

    expect(written).toEqual(['Reading images: 2 of 10, 41 s left\n']);
  });

  it('is an event a second for programs', () => {
    const { progress, written, advance } = start('ndjson');
    progress.reading(1, 10);
    advance(1000);
    progress.reading(2, 10);
    progress.reading(3, 10);
    advance(1000);
    progress.applying({ kind: 'phase', phase: 'tag', total: 4 });

    expect(written.map((line) => eventSchema.parse(JSON.parse(line)))).toEqual([
      { type: 'progress', phase: 'read', done: 2, total: 10, bytes: 0, what: null },
      { type: 'progress', phase: 'tag', done: 0, total: 4, bytes: 0, what: null },
    ]);
  });

  it('is nothing when it is not wanted', () => {
    const { progress, written, advance } = start('none');
    advance(60_000);
    progress.reading(1, 10);

    expect(written).toEqual([]);
  });
});

it.each([
  [0.2, '1 s'],
  [90, '90 s'],
  [91, '2 min'],
  [5401, '2 h'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [12_345_678, '12.3 MB'],
  [5e15, '5000.0 TB'],
])('%i bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
