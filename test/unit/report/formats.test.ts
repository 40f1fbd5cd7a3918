import { readFileSync } from 'node:fs';
import { default as ajvDraft04 } from 'ajv-draft-04';
import { default as ajvFormats } from 'ajv-formats';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { describe, expect, it } from 'vitest';
import { planDocumentSchema } from '../../../src/plan/document-schema.ts';
import type { ReportFormat } from '../../../src/report/format-names.ts';
import { renderReport } from '../../../src/report/formats.ts';
import { eventSchema } from '../../../src/report/ndjson/events-schema.ts';
import type { AnyReport } from '../../../src/report/report.ts';
import { PLAIN } from '../../../src/report/style.ts';
import { readHtml, readJunit, readMarkdown, readSarif, readText, type Unit } from '../../support/read-report.ts';
import { findUntold, listFacts, listResultFacts } from '../../support/report-facts.ts';
import { hostileReport, hugeReport, reportOn, richDrift, richReport, wideReport } from '../../support/rich-plan.ts';
import { richResult } from '../../support/rich-result.ts';

const render = (report: AnyReport, format: ReportFormat) =>
  renderReport(report, format, { style: PLAIN, short: false, showUnchanged: true });

const READERS: readonly (readonly [ReportFormat, (text: string) => readonly Unit[]])[] = [
  ['text', readText],
  ['markdown', readMarkdown],
  ['github', readMarkdown],
  ['html', readHtml],
  ['junit', readJunit],
  ['sarif', readSarif],
];

const NOTHING = reportOn({
  ...richReport().plan,
  changes: [],
  unchanged: [],
  blocked: [],
  unreadable: [],
  notices: [],
});
const REPORTS = [
  ['a plan', richReport()],
  ['a plan without anything', NOTHING],
  ['drift', richDrift()],
  ['a result', richResult()],
  ['a result without its plan', { ...richResult(), planned: undefined }],
  ['hostile content', hostileReport()],
  ['many tags', wideReport()],
  ['many changes', hugeReport()],
] as const;

describe('one plan in every format', () => {
  it.each(READERS)('%s says all that the plan says', async (format, read) => {
    const report = richReport();
    const units = read(await render(report, format));

    expect(findUntold(listFacts(report.plan), units)).toEqual([]);
  });

  it.each(READERS)('%s says all that is known of drift', async (format, read) => {
    const report = richDrift();
    const units = read(await render(report, format));

    expect(report.plan.drift?.ignored).toHaveLength(2);
    expect(findUntold(listFacts(report.plan), units)).toEqual([]);
  });

  it.each(READERS)('%s says how every tag of an apply ended', async (format, read) => {
    const report = richResult();
    const units = read(await render(report, format));

    expect(findUntold(listResultFacts(report.document), units)).toEqual([]);
  });

  it('is compared so that one fact less is noticed', async () => {
    const report = richReport();
    const units = readText((await render(report, 'text')).replace('linux/ppc64le   fffffff', ''));

    expect(findUntold(listFacts(report.plan), units)).toEqual([
      'ghcr.io/acme/shrunk:1.0.0: - linux/ppc64le | linux/ppc64le removed | linux/ppc64le not declared',
      'ghcr.io/acme/shrunk:1.0.0: fffffff',
    ]);
  });

  it('json is the plan document, and ndjson has all of its changes', async () => {
    const report = richReport();
    const json: unknown = JSON.parse(await render(report, 'json'));
    const events = (await render(report, 'ndjson')).trimEnd().split('\n');
    const changes = events
      .map((line) => eventSchema.parse(JSON.parse(line)))
      .flatMap((event) => ('change' in event ? [event.change] : []));

    expect(planDocumentSchema.parse(json)).toEqual(report.document);
    expect(changes).toEqual([...report.document.changes, ...report.document.blocked]);
  });

  it.each(['text', ...READERS.map(([format]) => format), 'json', 'ndjson'] as const)(
    '%s is the same every time',
    async (format) => {
      expect(await render(richReport(), format)).toBe(await render(richReport(), format));
    },
  );
});

describe('formats that others define', () => {
  it.each(REPORTS)('junit of %s is valid by the schema of Jenkins', async (_name, report) => {
    using schema = XmlDocument.fromBuffer(readFileSync('test/fixtures/schemas/junit.xsd'));
    using validator = XsdValidator.fromDoc(schema);
    using document = XmlDocument.fromString(await render(report, 'junit'));

    expect(() => validator.validate(document)).not.toThrow();
  });

  const ajv = new ajvDraft04.default({ allErrors: true });
  ajvFormats.default(ajv);
  const validate = ajv.compile(JSON.parse(readFileSync('test/fixtures/schemas/sarif-2.1.0.schema.json', 'utf8')));

  it.each(REPORTS)('sarif of %s is valid by the schema of OASIS', async (_name, report) => {
    validate(JSON.parse(await render(report, 'sarif')));

    expect(validate.errors).toBeNull();
  });

  it.each(REPORTS)('every line of ndjson of %s is an event of its schema, summary last', async (_name, report) => {
    const lines = (await render(report, 'ndjson')).trimEnd().split('\n');
    const events = lines.map((line) => eventSchema.safeParse(JSON.parse(line)));

    expect(events.filter(({ success }) => !success)).toEqual([]);
    expect([events[0]?.data?.type, events.at(-1)?.data?.type]).toEqual(['version', 'summary']);
  });
});

describe('fingerprints of sarif', () => {
  const listFingerprints = async (report: AnyReport) => {
    const [run] = (
      JSON.parse(await render(report, 'sarif')) as { runs: { results: { partialFingerprints: object }[] }[] }
    ).runs;
    return run?.results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints)) ?? [];
  };

  it('differ from finding to finding', async () => {
    const fingerprints = await listFingerprints(richReport());

    expect(new Set(fingerprints).size).toBe(fingerprints.length);
  });

  it('stay when the config has other lines and folders', async () => {
    expect(await listFingerprints(richReport({ folder: 'moved/' }))).toEqual(await listFingerprints(richReport()));
  });
});
