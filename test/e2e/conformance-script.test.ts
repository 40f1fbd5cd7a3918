import { chmodSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../support/run-program.ts';
import { makeTempDir } from '../support/temp-dir.ts';

const SCRIPT = resolve('scripts/conformance.mjs');

/** A program in the place of the suite, which runs `body`; the real one cannot be had everywhere. */
function makeSuite(body: string): string {
  const path = join(makeTempDir(), 'conformance.test');
  writeFileSync(path, `#!${process.execPath}\nconst { writeFileSync } = require('node:fs');\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

async function run(suite: string, env: NodeJS.ProcessEnv = process.env) {
  const args = suite === '' ? [SCRIPT] : [SCRIPT, '--suite', suite];
  const { code, stdout, stderr } = await runProgram(process.execPath, args, { timeoutMs: 30_000, env });
  return { code, stdout: stdout.toString('utf8'), stderr };
}

const report = (...cases: readonly string[]) =>
  `writeFileSync(process.env.OCI_RESULTS_DIR + '/junit.xml', '<testsuites>${cases.join('')}</testsuites>');`;
const PASSED = '<testcase name="pulls" status="passed"></testcase>';
const SKIPPED = '<testcase name="waits"><skipped/></testcase>';

describe('npm run conformance', () => {
  it('shows the suite a registry that answers, and counts what it says', async () => {
    const suite = makeSuite(`
      fetch('http://' + process.env.OCI_REGISTRY + '/v2/').then(({ status }) => {
        if (status !== 200 || process.env.OCI_DATA_SPARSE !== '1') process.exit(1);
        ${report(PASSED, SKIPPED, '<testcase name="short" status="passed"/>')}
      });`);
    const { code, stdout } = await run(suite);
    expect(code).toBe(0);
    expect(stdout).toContain('conformance: 2 passed, 0 failed, 1 skipped');
  });

  it.each([
    ['a test fails', report(PASSED, '<testcase name="pushes" status="failure"></testcase>')],
    ['a test fails in the older format', report(PASSED, '<testcase name="pushes"><failure>no</failure></testcase>')],
    ['it ends with another code', `${report(PASSED)} process.exitCode = 3;`],
    ['no test ran', report(SKIPPED)],
  ])('fails when %s', async (_when, body) => {
    expect((await run(makeSuite(body))).code).toBe(1);
  });

  it('names what failed', async () => {
    const { stdout } = await run(makeSuite(report('<testcase name="pushes" status="error"></testcase>')));
    expect(stdout).toContain('failed: pushes');
  });

  it('does not believe a suite that ends well and reports nothing', async () => {
    expect((await run(makeSuite(''))).code).toBe(2);
  });

  it('says so and fails when there is no suite', async () => {
    const { code, stderr } = await run('', { PATH: makeTempDir() });
    expect(code).toBe(2);
    expect(stderr).toContain('NOT RUN: Go is not installed');
    expect(stderr).toContain('--suite');
  });
});
