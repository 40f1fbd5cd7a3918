import { resolve } from 'node:path';
import { readWhole } from '../config/read-whole.ts';
import { toPlaitError } from '../errors/plait-error.ts';
import { findSample, renderPrometheus } from '../report/prometheus.ts';
import { LAST_SUCCESS, listRunMetrics, type RunFacts } from '../report/run-metrics.ts';
import { renderError } from '../report/text-error.ts';
import type { CliContext } from './context.ts';
import { chooseStyle } from './display.ts';
import { EXIT_CODES, type ExitCode, strongest } from './exit-codes.ts';
import { tell } from './log.ts';
import { assertWritable, writeWholeFile } from './write-file.ts';

/** Of the file of the run before, of which only the time of the last success is wanted. */
const MAX_BYTES = 1024 * 1024;

/** Everything was read, and done when it was to be done. Differences that were found and told are no failure. */
const SUCCESSES: readonly ExitCode[] = [EXIT_CODES.ok, EXIT_CODES.changes];

/** One run of a command, and where its figures go. */
export interface MeasuredRun {
  readonly command: string;
  readonly path: string;
  readonly run: (context: CliContext) => Promise<ExitCode>;
  /** The exit code of what `run` throws. */
  readonly codeOf: (error: unknown) => ExitCode;
}

/**
 * Runs a command and writes the file of `--metrics-file`, also after a failure, then with what is known. The time of the
 * last success is taken over from the file that was there. Throws what `run` throws, and USAGE before it for a path that
 * cannot be written.
 */
export async function measureRun(context: CliContext, measured: MeasuredRun): Promise<ExitCode> {
  await assertWritable(context, [measured.path]);
  const startedAt = context.clock.elapsed();
  let facts: RunFacts = {};
  const record = (more: RunFacts) => {
    facts = { ...facts, ...more };
  };
  const save = (exitCode: ExitCode) =>
    saveMetrics(context, measured, { facts, exitCode, durationMs: context.clock.elapsed() - startedAt });
  try {
    const code = await measured.run({ ...context, record });
    return strongest([code, await save(code)]);
  } catch (error) {
    await save(measured.codeOf(error));
    throw error;
  }
}

async function saveMetrics(
  context: CliContext,
  { command, path }: MeasuredRun,
  ended: { readonly facts: RunFacts; readonly exitCode: ExitCode; readonly durationMs: number },
): Promise<ExitCode> {
  const { exitCode, durationMs } = ended;
  const endedAt = Math.floor(context.clock.now() / 1000);
  const succeededAt = SUCCESSES.includes(exitCode) ? endedAt : await findLastSuccess(context, command, path);
  const end = { command, exitCode, durationSeconds: durationMs / 1000, endedAt, succeededAt };
  try {
    await writeWholeFile(context, path, renderPrometheus(listRunMetrics(ended.facts, end)));
    return EXIT_CODES.ok;
  } catch (error) {
    tell(context, 'error', renderError(toPlaitError(error), chooseStyle(context, context.stderr, 'auto')));
    return EXIT_CODES.error;
  }
}

async function findLastSuccess(context: CliContext, command: string, path: string): Promise<number | undefined> {
  try {
    const bytes = await readWhole(resolve(context.workingDirectory, path), { maxBytes: MAX_BYTES });
    const text = new TextDecoder().decode(bytes);
    return findSample(text, { name: LAST_SUCCESS, labels: { command } });
  } catch {
    return undefined; // the first run
  }
}
