import { type ApplyOptions, applyPlan } from '../apply/apply-plan.ts';
import { type ApplyResult, countStatuses, countTags, isWritten } from '../apply/apply-result.ts';
import { toResultDocument } from '../apply/result-document.ts';
import { toPlaitError } from '../errors/plait-error.ts';
import { type Plan, summarize } from '../plan/plan.ts';
import type { RegistryClient } from '../registry/client.ts';
import { listReportPieces } from '../report/formats.ts';
import { listJsonPieces } from '../report/json-text.ts';
import type { Progress } from '../report/progress.ts';
import type { Report, ResultReport } from '../report/report.ts';
import { renderError } from '../report/text-error.ts';
import type { CliContext } from './context.ts';
import { chooseStyle, fitTo } from './display.ts';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';
import { Interruption } from './interruption.ts';
import { tell } from './log.ts';
import type { DisplayOptions } from './options.ts';
import type { Output } from './output.ts';
import { type LockRecord, recordLock } from './record-lock.ts';
import { joinPieces } from './replace-file.ts';
import { publishRun, type Reporting } from './reporting.ts';
import { VERSION } from './version.ts';
import { writeWholeFile } from './write-file.ts';

export interface ApplyFlags extends Pick<DisplayOptions, 'color'> {
  readonly stale: 'abort' | 'skip';
  readonly failFast?: boolean;
  readonly result?: string;
  readonly detailedExitcode?: boolean;
}

export interface ApplyRun {
  readonly plan: Plan;
  /** The plan as it is reported. */
  readonly planned: Report;
  readonly client: RegistryClient;
  readonly progress: Progress;
  /** When the registries were read for the plan, on the monotonic clock; long ago for a saved plan. */
  readonly plannedAt: number;
  /** Left out for a plan that was reviewed: that is what is applied. */
  readonly replan?: ApplyOptions['replan'] | undefined;
  readonly flags: ApplyFlags;
  /** Where what was done is recorded, when it is. */
  readonly lock?: LockRecord | undefined;
  /** Where the result goes besides the file of `--result`. */
  readonly reporting: Reporting;
}

/** Where texts for people go: to standard output, unless another format goes there. */
export function chooseTextOutput(context: CliContext, { outputs }: Reporting): Output {
  const isTaken = outputs.some(({ format, path }) => format !== 'text' && path === undefined);
  return isTaken ? context.stderr : context.stdout;
}

/** Carries the plan out, prints and saves how it went, and returns the exit codes that hold for it. */
export async function carryOut(context: CliContext, run: ApplyRun): Promise<readonly ExitCode[]> {
  const { plan, client, flags } = run;
  const result = await applyPlan(plan, {
    client,
    clock: context.clock,
    plannedAt: run.plannedAt,
    stale: flags.stale,
    failFast: flags.failFast === true,
    signal: context.signal,
    onEvent: (event) => {
      run.progress.applying(event);
      run.reporting.events?.log.follow(event);
    },
    ...(run.replan === undefined ? {} : { replan: run.replan }),
  });
  run.progress.clear();
  context.record?.({ plan: summarize(plan), tags: countStatuses(result) });
  const codes = applyCodes(context, plan, { result, isDetailed: flags.detailedExitcode === true });
  return [...codes, ...(await saveResult(context, run, result))];
}

/**
 * Prints how it went, and writes the lock file, the file of `--result` and the reports. What was applied stays applied when
 * one cannot be written: that is an exit code more.
 */
export async function saveResult(
  context: CliContext,
  run: Omit<ApplyRun, 'progress' | 'plannedAt' | 'replan'>,
  result: ApplyResult,
): Promise<readonly ExitCode[]> {
  const { plan, client, lock, planned, reporting } = run;
  const failed = hasWritten(result) ? EXIT_CODES.partial : EXIT_CODES.error;
  const facts = { version: VERSION, finishedAt: context.clock.now(), requests: client.requestCounts() };
  const document = toResultDocument(plan, result, facts);
  const report: ResultReport = { kind: 'apply', document, planned, folder: planned.folder };
  if (result.changes.length > 0) await printResult(context, { report, reporting });
  const codes = await recordLock(context, lock, { plan, result, failed });
  try {
    await saveResultFile(context, run.flags.result, report);
    await publishRun(context, reporting, { report, shown: ['text'] });
    return codes;
  } catch (error) {
    tell(context, 'error', renderError(toPlaitError(error), chooseStyle(context, context.stderr, run.flags.color)));
    return [...codes, failed];
  }
}

async function printResult(
  context: CliContext,
  { report, reporting }: { readonly report: ResultReport; readonly reporting: Reporting },
): Promise<void> {
  const output = chooseTextOutput(context, reporting);
  const style = chooseStyle(context, output, reporting.flags.color);
  const options = { style, short: false, showUnchanged: false, ...fitTo(output) };
  const text = await listReportPieces(report, 'text', options);
  output.write('\n');
  for (const batch of joinPieces(text)) output.write(batch);
}

async function saveResultFile(
  context: CliContext,
  path: string | undefined,
  { document }: ResultReport,
): Promise<void> {
  if (path !== undefined) await writeWholeFile(context, path, listJsonPieces(document));
}

function applyCodes(
  context: CliContext,
  plan: Plan,
  outcome: { readonly result: ApplyResult; readonly isDetailed: boolean },
): readonly ExitCode[] {
  const { result, isDetailed } = outcome;
  const written = hasWritten(result);
  const failed = countTags(result, 'failed') > 0 || plan.unreadable.length > 0;
  return [
    EXIT_CODES.ok,
    ...(result.interrupted ? [interruptCode(context)] : []),
    ...(failed ? [written ? EXIT_CODES.partial : EXIT_CODES.error] : []),
    ...(countTags(result, 'stale') > 0 ? [EXIT_CODES.stale] : []),
    ...(plan.blocked.length > 0 || countTags(result, 'blocked') > 0 ? [EXIT_CODES.blocked] : []),
    ...(isDetailed && written ? [EXIT_CODES.changes] : []),
  ];
}

function hasWritten(result: ApplyResult): boolean {
  return result.changes.some((change) => change.tags.some(isWritten));
}

function interruptCode(context: CliContext): ExitCode {
  const reason: unknown = context.signal.reason;
  return reason instanceof Interruption ? reason.exitCode : EXIT_CODES.interrupted;
}
