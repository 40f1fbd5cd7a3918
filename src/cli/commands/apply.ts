import { applyPlan } from '../../apply/apply-plan.ts';
import { type ApplyResult, countTags } from '../../apply/apply-result.ts';
import { PlaitError } from '../../errors/plait-error.ts';
import type { Plan } from '../../plan/plan.ts';
import type { RegistryClient } from '../../registry/client.ts';
import type { Progress } from '../../report/progress.ts';
import { renderTextApply } from '../../report/text-apply.ts';
import { renderTextPlan } from '../../report/text-plan.ts';
import { withClient } from '../connect.ts';
import type { CliContext } from '../context.ts';
import { chooseStyle, startProgress } from '../display.ts';
import { EXIT_CODES, type ExitCode, strongest } from '../exit-codes.ts';
import { Interruption } from '../interruption.ts';
import { loadChecked } from '../load-input.ts';
import { askPlan, computePlan, planCodes } from '../planning.ts';
import { type PlanOptions, toTextOptions } from './plan.ts';

export interface ApplyCommandOptions extends Omit<PlanOptions, 'output'> {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly failFast?: boolean;
  readonly stale: 'abort' | 'skip';
}

/** `plait apply`: plans, shows the plan, asks, and carries it out. */
export async function runApply(context: CliContext, options: ApplyCommandOptions): Promise<ExitCode> {
  const isDry = options.dryRun === true;
  if (!isDry && options.yes !== true && !context.isInteractive) throw cannotAsk();
  const config = await loadChecked(context, options);
  const question = askPlan(config, options);
  const progress = startProgress(context, options.progress);
  const access = isDry ? 'read' : 'write';
  return withClient(context, { access, settings: config.settings, flags: options }, async (client) => {
    const plannedAt = context.clock.elapsed();
    const plan = await computePlan(context, question, { client, progress });
    showPlan(context, plan, { ...options, requests: client.requestCounts() });
    const codes = planCodes(plan, options.detailedExitcode === true);
    if (isDry || plan.changes.length === 0) return strongest(codes);
    if (!(await isConfirmed(context, options))) return strongest(codes.filter((code) => code !== EXIT_CODES.changes));
    const result = await carryOut(context, { plan, client, progress, plannedAt, options });
    const style = chooseStyle(context, context.stdout, options.color);
    context.stdout.write(`\n${renderTextApply(result, { style, requests: client.requestCounts() })}`);
    return strongest(applyCodes(context, plan, { result, isDetailed: options.detailedExitcode === true }));
  });
}

function cannotAsk(): PlaitError {
  return new PlaitError('USAGE', 'apply asks before it writes, and nobody can answer here', {
    hint: 'add --yes, or --dry-run to see what it would do',
  });
}

function showPlan(
  context: CliContext,
  plan: Plan,
  options: ApplyCommandOptions & { readonly requests: Readonly<Record<string, number>> },
): void {
  const style = chooseStyle(context, context.stdout, options.color);
  context.stdout.write(renderTextPlan(plan, { ...toTextOptions(options), style, requests: options.requests }));
}

async function isConfirmed(context: CliContext, options: ApplyCommandOptions): Promise<boolean> {
  if (options.yes === true) return true;
  const answer = await context.ask('\nApply these changes? Only "yes" is taken as a yes: ');
  if (answer.trim().toLowerCase() === 'yes') return true;
  context.stderr.write('Nothing was changed.\n');
  return false;
}

interface Run {
  readonly plan: Plan;
  readonly client: RegistryClient;
  readonly progress: Progress;
  readonly plannedAt: number;
  readonly options: ApplyCommandOptions;
}

async function carryOut(context: CliContext, run: Run): Promise<ApplyResult> {
  const result = await applyPlan(run.plan, {
    client: run.client,
    clock: context.clock,
    plannedAt: run.plannedAt,
    stale: run.options.stale,
    failFast: run.options.failFast === true,
    signal: context.signal,
    onEvent: run.progress.applying,
  });
  run.progress.clear();
  return result;
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
    ...(plan.blocked.length > 0 ? [EXIT_CODES.blocked] : []),
    ...(isDetailed && written ? [EXIT_CODES.changes] : []),
  ];
}

/** A tag that another writer took over was written all the same. */
function hasWritten(result: ApplyResult): boolean {
  return result.changes.some((change) =>
    change.tags.some((tag) => tag.status === 'done' || tag.code === 'TAG_OVERWRITTEN'),
  );
}

function interruptCode(context: CliContext): ExitCode {
  const reason: unknown = context.signal.reason;
  return reason instanceof Interruption ? reason.exitCode : EXIT_CODES.interrupted;
}
