import { readFileSync } from 'node:fs';
import { default as ajvDraft04 } from 'ajv-draft-04';
import { default as ajvFormats } from 'ajv-formats';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { describe, expect, it } from 'vitest';
import type { ReportFormat } from '../../../src/report/format-names.ts';
import { renderReport } from '../../../src/report/formats.ts';
import { eventSchema } from '../../../src/report/ndjson/events-schema.ts';
import { PLAIN } from '../../../src/report/style.ts';
import { readHtml, readJunit, readMarkdown, readSarif, readText, type Unit } from '../../support/read-report.ts';
import { findUntold, listFacts } from '../../support/report-facts.ts';
import { richReport } from '../../support/rich-plan.ts';

const report = richReport();
const render = (format: ReportFormat) =>
  renderReport(report, format, { style: PLAIN, short: false, showUnchanged: true });

const READERS: readonly (readonly [ReportFormat, (text: string) => readonly Unit[]])[] = [
  ['text', readText],
  ['markdown', readMarkdown],
  ['github', readMarkdown],
  ['html', readHtml],
  ['junit', readJunit],
  ['sarif', readSarif],
];

describe('one plan in every format', () => {
  it.each(READERS)('%s says all that the plan says', async (format, read) => {
    const units = read(await render(format));

    expect(findUntold(listFacts(report.plan), units)).toEqual([]);
  });
});

describe('formats that others define', () => {
  it('junit is valid by the schema of Jenkins', async () => {
    using schema = XmlDocument.fromBuffer(readFileSync('test/fixtures/schemas/junit.xsd'));
    using validator = XsdValidator.fromDoc(schema);
    using document = XmlDocument.fromString(await render('junit'));

    expect(() => validator.validate(document)).not.toThrow();
  });

  it('sarif is valid by the schema of OASIS', async () => {
    const ajv = new ajvDraft04.default({ allErrors: true });
    ajvFormats.default(ajv);
    const validate = ajv.compile(JSON.parse(readFileSync('test/fixtures/schemas/sarif-2.1.0.schema.json', 'utf8')));
    validate(JSON.parse(await render('sarif')));

    expect(validate.errors).toBeNull();
  });

  it('every line of ndjson is an event of its schema', async () => {
    const lines = (await render('ndjson')).trimEnd().split('\n');
    const wrong = lines.filter((line) => !eventSchema.safeParse(JSON.parse(line)).success);

    expect(wrong).toEqual([]);
  });
});
