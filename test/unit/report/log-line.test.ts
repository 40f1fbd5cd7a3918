import { describe, expect, it } from 'vitest';
import { renderLogLine } from '../../../src/report/log-line.ts';

describe('a line of the log in JSON', () => {
  it('is one line, whatever the message holds, without colours', () => {
    const line = renderLogLine({ level: 'warn', message: '\u001b[31ma\u001b[39m\n  "b"\n' }, 0);

    expect(JSON.parse(line)).toEqual({ time: '1970-01-01T00:00:00.000Z', level: 'warn', message: 'a\n  "b"' });
    expect(line.trimEnd()).not.toContain('\n');
  });

  it('has the parts of a request, and its failure instead of a status', () => {
    const request = { method: 'GET', url: 'https://r.example/v2/', failure: 'ECONNRESET', durationMs: 12.6 };

    expect(JSON.parse(renderLogLine({ level: 'debug', message: 'x', request }, 0))).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      level: 'debug',
      message: 'x',
      method: 'GET',
      url: 'https://r.example/v2/',
      failure: 'ECONNRESET',
      ms: 13,
    });
  });
});
