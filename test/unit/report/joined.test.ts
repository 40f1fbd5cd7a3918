import { describe, expect, it } from 'vitest';
import { joinResults } from '../../../src/apply/join-results.ts';
import { joinPlans } from '../../../src/plan/join-plans.ts';
import type { ReportFormat } from '../../../src/report/format-names.ts';
import { renderReport } from '../../../src/report/formats.ts';
import type { AnyReport, Report } from '../../../src/report/report.ts';
import { PLAIN } from '../../../src/report/style.ts';
import { richReport } from '../../support/rich-plan.ts';
import { richResult } from '../../support/rich-result.ts';
import { readBack } from '../../support/stored-plans.ts';

const SUM = `sha256:${'1'.repeat(64)}`;
const OTHER = `sha256:${'2'.repeat(64)}`;
const render = (report: AnyReport, format: ReportFormat) =>
  renderReport(report, format, { style: PLAIN, short: false, showUnchanged: false });

/** Two files, the second one without a change. */
function joined(): Report {
  const rich = richReport();
  const { document } = rich;
  const nothing = { changes: [], unchanged: [], blocked: [], unreadable: [], notices: [] };
  const files = [
    { path: 'plan-1.json', ...readBack({ ...document, checksum: SUM }) },
    { path: 'plan-2.json', ...readBack({ ...document, ...nothing, checksum: OTHER }) },
  ];
  return { ...rich, ...joinPlans(files), files };
}

describe('a report on several plans', () => {
  it.each(['markdown', 'html', 'sarif'] as const)('has the checksum of each file as %s', async (format) => {
    const text = await render(joined(), format);

    expect(text).toContain('plan-1.json');
    expect(text).toContain(SUM);
    expect(text).toContain(OTHER);
  });

  it('has no checksum in its events', async () => {
    const [, last = ''] = /\n(.*)\n$/.exec(await render(joined(), 'ndjson')) ?? [];

    expect(JSON.parse(last)).toMatchObject({ type: 'summary', checksum: null });
  });

  it('is a list of the documents as JSON', async () => {
    const report = joined();

    expect(JSON.parse(await render(report, 'json'))).toEqual(
      JSON.parse(JSON.stringify(report.files?.map(({ document }) => document))),
    );
  });

  it('names some of very many files in Markdown, and counts the others', async () => {
    const report = joined();
    const files = Array.from({ length: 25 }, (_, index) => ({ ...report.files![0]!, path: `plan-${index}.json` }));
    const text = await render({ ...report, files }, 'markdown');

    expect(text).toContain('and 5 more');
    expect(text).not.toContain('plan-20.json');
  });
});

describe('results that are put together', () => {
  it('are one, in the order of repositories', () => {
    const { document } = richResult();
    const [first, ...others] = document.changes;
    const { unreadable = [] } = document;
    const joinedResult = joinResults([
      { path: 'b.json', document: { ...document, changes: others, unreadable: [] } },
      { path: 'a.json', document: { ...document, changes: [first!], finishedAt: '2030-01-01T00:00:00Z' } },
    ]);

    expect(joinedResult.changes).toHaveLength(document.changes.length);
    expect(joinedResult.changes.map(({ repository }) => repository)).toEqual(
      joinedResult.changes.map(({ repository }) => repository).toSorted(),
    );
    expect(joinedResult).toMatchObject({
      finishedAt: '2030-01-01T00:00:00Z',
      interrupted: true,
      requests: { HEAD: 18, PUT: 8 },
    });
    const causes = new Set(unreadable.map(({ reference, message }) => `${reference} ${message}`));
    expect(joinedResult.unreadable).toHaveLength(causes.size);
  });

  it('never say two things of one tag', () => {
    const { document } = richResult();
    const first = { path: 'a.json', document };

    expect(() => joinResults([first, { ...first, path: 'b.json' }])).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('a.json and b.json') }),
    );
  });
});
