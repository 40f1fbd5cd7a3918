import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../support/run-program.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

const SCRIPT = resolve('scripts/test-summary.mjs');

async function summarize(testResults: readonly object[]) {
  const report = join(makeTempDir(), 'tests.json');
  writeFileSync(report, JSON.stringify({ testResults }));
  const { code, stdout } = await runProgram(process.execPath, [SCRIPT, report], { timeoutMs: 10_000 });
  return { code, lines: stdout.toString('utf8').trimEnd().split('\n') };
}

const passed = { status: 'passed', fullName: 'plan keeps the tag' };
const failed = { status: 'failed', fullName: 'plan moves the tag' };
const skipped = { status: 'skipped', fullName: 'plan waits' };

describe('the summary of a test run', () => {
  it('counts what passed and succeeds', async () => {
    const summary = await summarize([{ status: 'passed', assertionResults: [passed, passed] }]);
    expect(summary).toEqual({ code: 0, lines: ['2 passed, 0 failed'] });
  });

  it('names what failed and what was skipped, and fails', async () => {
    const summary = await summarize([{ status: 'failed', assertionResults: [passed, failed, skipped] }]);
    expect(summary).toEqual({ code: 1, lines: ['failed: plan moves the tag', '1 passed, 1 failed, 1 skipped'] });
  });

  it('counts a file that could not be loaded as a failure', async () => {
    const broken = { status: 'failed', name: 'x.test.ts', message: 'SyntaxError\nat …', assertionResults: [] };
    const summary = await summarize([broken, { status: 'passed', assertionResults: [passed] }]);
    expect(summary).toEqual({ code: 1, lines: ['not run: x.test.ts: SyntaxError', '1 passed, 1 failed'] });
  });

  it('fails when no test ran or no report was written', async () => {
    const missing = await runProgram(process.execPath, [SCRIPT, join(makeTempDir(), 'none.json')], {
      timeoutMs: 10_000,
    });
    expect(await summarize([])).toEqual({ code: 1, lines: ['0 passed, 0 failed'] });
    expect(missing.code).toBe(1);
  });
});
