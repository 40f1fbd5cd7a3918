import { existsSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { describe, expect, it } from 'vitest';
import { withMarker } from '../../../src/cli/file-marker.ts';
import { REAL_CLOCK } from '../../support/make-client.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

const makeFile = () => join(makeTempDir(), 'lock.yaml');

describe('a marker beside a file', () => {
  it('lets in one at a time, and goes when the work is done', async () => {
    const file = makeFile();
    const seen: string[] = [];
    await pLimit(5).map([1, 2, 3, 4, 5], (number) =>
      withMarker(REAL_CLOCK, file, async () => {
        seen.push(`in ${number}`);
        await REAL_CLOCK.sleep(2);
        seen.push(`out ${number}`);
      }),
    );

    expect(seen.map((entry) => entry.split(' ')[0])).toEqual(seen.map((_, index) => (index % 2 === 0 ? 'in' : 'out')));
    expect(seen).toHaveLength(10);
    expect(existsSync(`${file}.busy`)).toBe(false);
  });

  it('goes when the work fails', async () => {
    const file = makeFile();
    await expect(withMarker(REAL_CLOCK, file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');

    expect(existsSync(`${file}.busy`)).toBe(false);
  });

  it('is taken over from a process that was killed', async () => {
    const file = makeFile();
    writeFileSync(`${file}.busy`, '');
    const minuteAgo = (REAL_CLOCK.now() - 60_000) / 1000;
    utimesSync(`${file}.busy`, minuteAgo, minuteAgo);

    await expect(withMarker(REAL_CLOCK, file, async () => 'done')).resolves.toBe('done');
    expect(existsSync(`${file}.busy`)).toBe(false);
  });

  it('is not waited for without end when its time is in the future', async () => {
    const file = makeFile();
    writeFileSync(`${file}.busy`, '');
    const later = (REAL_CLOCK.now() + 3_600_000) / 1000;
    utimesSync(`${file}.busy`, later, later);
    let elapsed = 0;
    const clock = {
      ...REAL_CLOCK,
      elapsed: () => elapsed,
      sleep: async (ms: number) => {
        elapsed += ms;
      },
    };

    await expect(withMarker(clock, file, async () => 'done')).resolves.toBe('done');
  });

  it('cannot be made in a folder that is not there', async () => {
    const file = join(makeTempDir(), 'nowhere', 'lock.yaml');

    await expect(withMarker(REAL_CLOCK, file, async () => 'done')).rejects.toMatchObject({ code: 'OUTPUT_FAILED' });
  });
});
