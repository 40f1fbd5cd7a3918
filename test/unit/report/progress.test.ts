import { describe, expect, it } from 'vitest';
import { createProgress, formatBytes, type Progress, type ProgressSink } from '../../../src/report/progress.ts';

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

    expect(written).toEqual(['Reading images: 2 of 10\n']);
  });

  it('is nothing when it is not wanted', () => {
    const { progress, written, advance } = start('none');
    advance(60_000);
    progress.reading(1, 10);

    expect(written).toEqual([]);
  });
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
