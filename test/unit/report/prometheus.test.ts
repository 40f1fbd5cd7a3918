import { describe, expect, it } from 'vitest';
import { findSample, renderPrometheus } from '../../../src/report/prometheus.ts';
import { parseMetrics } from '../../support/parse-metrics.ts';

describe('the text format of Prometheus', () => {
  it('has a help, a type and a line a sample', () => {
    const text = renderPrometheus([
      {
        name: 'plait_changes',
        help: 'What differs.',
        samples: [
          { labels: { command: 'plan', action: 'create' }, value: 2 },
          { labels: {}, value: 0.5 },
        ],
      },
    ]);

    expect(text).toBe(
      '# HELP plait_changes What differs.\n# TYPE plait_changes gauge\nplait_changes{command="plan",action="create"} 2\nplait_changes 0.5\n',
    );
  });

  it('escapes what would end a label, a help or a line', () => {
    const samples = [{ labels: { a: 'x"\\y\nz' }, value: 1 }];
    const text = renderPrometheus([{ name: 'a', help: 'b\n\\c', samples }]);

    expect(text).toBe('# HELP a b\\n\\\\c\n# TYPE a gauge\na{a="x\\"\\\\y\\nz"} 1\n');
    expect(parseMetrics(text)).toEqual({ 'a{a="x\\"\\\\y\\nz"}': 1 });
    expect(findSample(text, { name: 'a', labels: { a: 'x"\\y\nz' } })).toBe(1);
  });

  it('leaves out what nothing is known of', () => {
    expect(renderPrometheus([{ name: 'a', help: 'b', samples: [] }])).toBe('');
  });

  it.each(['', 'a{b="d"} 1\n', 'a{b="c"} x\n', 'aa{b="c"} 1\n'])('has no sample in %j', (text) => {
    expect(findSample(text, { name: 'a', labels: { b: 'c' } })).toBeUndefined();
  });
});
