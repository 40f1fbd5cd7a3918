import { type ApplyOptions, applyPlan } from '../apply/apply-plan.ts';
import { type ApplyResult, countTags, isWritten } from '../apply/apply-result.ts';
import { toResultDocument } from '../apply/result-document.ts';
import { toPlaitError } from '../errors/plait-error.ts';
import type { Plan } from '../plan/plan.ts';
import type { RegistryClient } from '../registry/client.ts';
import type { Progress } from '../report/progress.ts';
import { PLAIN } from '../report/style.ts';
import { renderTextApply } from '../report/text-apply.ts';
import { renderError } from '../report/text-error.ts';
import type { CliContext, Output } from './context.ts';
import { chooseStyle } from './display.ts';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';
import { Interruption } from './interruption.ts';
import type { DisplayOptions } from './options.ts';
import { type OutputTarget, writeOutputs } from './output-targets.ts';
import { type LockRecord, recordLock } from './record-lock.ts';
import { VERSION } from './version.ts';

export interface ApplyFlags extends Pick<DisplayOptions, 'color'> {
  readonly stale: 'abort' | 'skip';
  readonly failFast?: boolean;
  readonly result?: string;
  readonly detailedExitcode?: boolean;
}

export interface ApplyRun {
  readonly plan: Plan;
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
  readonly outputs?: readonly OutputTarget[];
}

/** Where texts for people go: to standard output, unless a document goes there. */
export function chooseTextOutput(context: CliContext, outputs: readonly OutputTarget[] = []): Output {
  const isTaken = outputs.some(({ format, path }) => format === 'json' && path === undefined);
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
    onEvent: run.progress.applying,
    ...(run.replan === undefined ? {} : { replan: run.replan }),
  });
  run.progress.clear();
  const requests = client.requestCounts();
  const output = chooseTextOutput(context, run.outputs);
  const style = chooseStyle(context, output, flags.color);
  output.write(`\n${renderTextApply(result, { style, requests })}`);
  const codes = applyCodes(context, plan, { result, isDetailed: flags.detailedExitcode === true });
  return [...codes, ...(await saveResult(context, run, result))];
}

/**
 * Writes the lock file, the file of `--result` and the other outputs. What was applied stays applied when one cannot be written: that is an exit
 * code more.
 */
export async function saveResult(
  context: CliContext,
  run: Pick<ApplyRun, 'plan' | 'client' | 'flags' | 'lock' | 'outputs'>,
  result: ApplyResult,
): Promise<readonly ExitCode[]> {
  const failed = hasWritten(result) ? EXIT_CODES.partial : EXIT_CODES.error;
  const codes = await recordLock(context, run.lock, { plan: run.plan, result, failed });
  return [...codes, ...(await saveResultFile(context, run, { result, failed }))];
}

async function saveResultFile(
  context: CliContext,
  { plan, client, flags, outputs = [] }: Pick<ApplyRun, 'plan' | 'client' | 'flags' | 'outputs'>,
  { result, failed }: { readonly result: ApplyResult; readonly failed: ExitCode },
): Promise<readonly ExitCode[]> {
  const requests = client.requestCounts();
  const facts = { version: VERSION, finishedAt: context.clock.now(), requests };
  const file = flags.result === undefined ? [] : [{ format: 'json', path: flags.result }];
  const targets = [...file, ...outputs.filter(({ format, path }) => format === 'json' || path !== undefined)];
  try {
    await writeOutputs(context, targets, (format) =>
      format === 'json'
        ? `${JSON.stringify(toResultDocument(plan, result, facts), null, 2)}\n`
        : renderTextApply(result, { style: PLAIN, requests }),
    );
    return [];
  } catch (error) {
    context.stderr.write(renderError(toPlaitError(error), chooseStyle(context, context.stderr, flags.color)));
    return [failed];
  }
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
