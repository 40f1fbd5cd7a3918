import { expect, it } from 'vitest';
import { renderReport } from '../../../src/report/formats.ts';
import { PLAIN } from '../../../src/report/style.ts';
import { richDrift, richReport } from '../../support/rich-plan.ts';

const SHORT_AND_PLAIN = { style: PLAIN, short: false, showUnchanged: false };

it('a plan reads as the golden file on a narrow terminal', async () => {
  const text = await renderReport(richReport(), 'text', { ...SHORT_AND_PLAIN, columns: 60 });

  await expect(text).toMatchFileSnapshot('../../golden/plan-60-columns.txt');
});

it('findings of drift read as the golden file', async () => {
  const text = await renderReport(richDrift(), 'text', SHORT_AND_PLAIN);

  await expect(text).toMatchFileSnapshot('../../golden/drift.txt');
});
