import { PlaitError } from '../../errors/plait-error.ts';
import { toPlanDocument } from '../../plan/document.ts';
import { summarize } from '../../plan/plan.ts';
import { formatShard } from '../../plan/shard.ts';
import { type ApplyFlags, carryOut } from '../applying.ts';
import { withClient } from '../connect.ts';
import type { CliContext } from '../context.ts';
import { startProgress } from '../display.ts';
import { type ExitCode, strongest } from '../exit-codes.ts';
import { type AskFlags, assertAnswerable, saveNothing, settlePlan, showPlan } from '../fresh-plan.ts';
import { findSettings } from '../load-input.ts';
import { type LockDefaults, openLock } from '../lock-input.ts';
import { readSavedPlan } from '../plan-file.ts';
import { collectFacts, computePlan, loadQuestion, planCodes } from '../planning.ts';
import { type LockRecord, prepareRecord } from '../record-lock.ts';
import { createReplan } from '../replanning.ts';
import { makeReport, openLiveReporting, publishRun, type Reporting } from '../reporting.ts';
import { assertWritable } from '../write-file.ts';
import type { PlanOptions } from './plan.ts';

export interface ApplyCommandOptions extends Omit<PlanOptions, 'out'>, ApplyFlags, AskFlags {
  readonly checksum?: string;
}

/** `plait apply [FILE]`: exactly a saved plan; or plans, shows the plan, asks, and carries it out. */
export async function runApply(context: CliContext, options: ApplyCommandOptions, file?: string): Promise<ExitCode> {
  const reporting = await openLiveReporting(context, options);
  await assertWritable(context, [options.result]);
  const run = { options, reporting };
  return file === undefined ? applyConfig(context, run) : applySaved(context, run, file);
}

/** A command line that was checked. */
interface CommandRun {
  readonly options: ApplyCommandOptions;
  readonly reporting: Reporting;
}

/** What was reviewed is what is applied: no question, no new plan, every tag read again before the first write. */
async function applySaved(context: CliContext, run: CommandRun, file: string): Promise<ExitCode> {
  const { options, reporting } = run;
  refuseScope(options);
  // Before the plan: what a large config takes to be read is let go by then, and must not be added to that.
  const settings = await findSettings(context, options, 'write');
  context.tidyMemory?.();
  const { document, plan } = await readSavedPlan(context, file);
  assertShard(document.scope.shard, options);
  if (options.checksum !== undefined) assertChecksum(document.checksum, options.checksum);
  const isDry = options.dryRun === true;
  const lock = await openRecord(context, options, { isRecorded: plan.sources !== undefined });
  return withClient(context, { access: isDry ? 'read' : 'write', settings, flags: options }, async (client) => {
    const planned = await makeReport(context, { plan, document });
    context.record?.({ plan: summarize(plan) });
    await showPlan(context, planned, reporting);
    const codes = planCodes(plan, options.detailedExitcode === true);
    if (isDry) {
      await publishRun(context, reporting, { report: planned, shown: ['text'] });
      return strongest(codes);
    }
    const applying = { planned, client, flags: options, reporting };
    if (plan.changes.length === 0) return strongest([...codes, ...(await saveNothing(context, { ...applying, plan }))]);
    const progress = startProgress(context, options);
    const plannedAt = Number.NEGATIVE_INFINITY;
    // What was right when the plan was made may have moved since: only what is done now is recorded.
    const recorded = { ...plan, unchanged: [] };
    return strongest(await carryOut(context, { ...applying, plan: recorded, progress, plannedAt, lock }));
  });
}

async function applyConfig(context: CliContext, { options, reporting }: CommandRun): Promise<ExitCode> {
  const isDry = options.dryRun === true;
  assertAnswerable(context, options, 'apply');
  const asked = await loadQuestion(context, options);
  const { config } = asked;
  const opened = await openLock(context, options);
  const lock = isDry ? undefined : await prepareRecord(context, opened);
  const question = { ...asked, lock: opened };
  const progress = startProgress(context, options);
  const access = isDry ? 'read' : 'write';
  const isApplied = options.yes === true && !isDry;
  return withClient(context, { access, settings: config.settings, flags: options }, async (client) => {
    const plannedAt = context.clock.elapsed();
    const { plan, amended: images } = await computePlan(context, question, {
      client,
      progress,
      flags: options,
      isApplied,
    });
    const facts = { ...(await collectFacts(context, config, client.requestCounts())), lockSha256: opened.sha256 };
    const document = toPlanDocument(plan, facts);
    const planned = await makeReport(context, { plan, document, diagnostics: config.diagnostics });
    await showPlan(context, planned, reporting);
    if (options.checksum !== undefined) assertChecksum(document.checksum, options.checksum);
    // What was reviewed by its checksum is what is applied.
    const replan = options.checksum === undefined ? createReplan(context, { question, images, client }) : undefined;
    return settlePlan(context, { plan, planned, client, progress, plannedAt, replan, flags: options, lock, reporting });
  });
}

async function openRecord(
  context: CliContext,
  options: ApplyCommandOptions,
  defaults: LockDefaults,
): Promise<LockRecord | undefined> {
  if (options.dryRun === true) return undefined;
  return prepareRecord(context, await openLock(context, options, defaults));
}

/** A saved plan says what is in scope and what is allowed; another scope would be another plan. */
function refuseScope(options: ApplyCommandOptions): void {
  const { target, exclude, selector, allow } = options;
  if (target.length + exclude.length + allow.length === 0 && selector === undefined) return;
  throw new PlaitError('USAGE', 'a saved plan takes no --target, --exclude, --selector or --allow', {
    hint: 'give them to  plait plan -o FILE',
  });
}

/** A job that names its shard for all of its commands is not to apply the plan of another one. */
function assertShard(planned: string | null, { shard }: ApplyCommandOptions): void {
  if (shard === undefined || planned === formatShard(shard)) return;
  const found = planned === null ? 'was made without --shard' : `is of shard ${planned}`;
  throw new PlaitError('USAGE', `the plan ${found}, and --shard says ${formatShard(shard)}`, {
    hint: 'apply the plan of this shard, or leave --shard and PLAIT_SHARD out',
  });
}

function assertChecksum(found: string, wanted: string): void {
  if (found === wanted || found === `sha256:${wanted}`) return;
  throw new PlaitError('PLAN_INVALID', `the plan has the checksum ${found}, not ${wanted}: nothing was written`, {
    hint: 'something changed since it was reviewed; review the plan again',
  });
}
