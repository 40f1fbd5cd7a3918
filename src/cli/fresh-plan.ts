import { PlaitError } from '../errors/plait-error.ts';
import type { Plan } from '../plan/plan.ts';
import { listReportPieces } from '../report/formats.ts';
import type { Report } from '../report/report.ts';
import { renderQuestion } from '../report/text-question.ts';
import { type ApplyFlags, type ApplyRun, carryOut, chooseTextOutput, saveResult } from './applying.ts';
import type { CliContext } from './context.ts';
import { chooseStyle, fitTo } from './display.ts';
import { EXIT_CODES, type ExitCode, strongest } from './exit-codes.ts';
import { tell } from './log.ts';
import { planCodes } from './planning.ts';
import { joinPieces } from './replace-file.ts';
import { publishRun, type Reporting } from './reporting.ts';

export interface AskFlags {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** Throws USAGE when there is somebody to be asked and nobody to answer. */
export function assertAnswerable(context: CliContext, { yes, dryRun }: AskFlags, command: string): void {
  if (dryRun === true || yes === true || context.isInteractive) return;
  throw new PlaitError('USAGE', `${command} asks before it writes, and nobody can answer here`, {
    hint: 'add --yes, apply a saved plan, or use --dry-run to see what it would do',
  });
}

/** Prints what is going to be done, and tells it to those who follow. */
export async function showPlan(context: CliContext, planned: Report, reporting: Reporting): Promise<void> {
  reporting.events?.log.begin(planned);
  const output = chooseTextOutput(context, reporting);
  const { color, short, showUnchanged } = reporting.flags;
  const style = chooseStyle(context, output, color);
  const text = await listReportPieces(planned, 'text', {
    style,
    short: short === true,
    showUnchanged: showUnchanged === true,
    ...fitTo(output),
  });
  for (const batch of joinPieces(text)) output.write(batch);
}

/** Carries out a plan that was just made and shown: asks first, unless told not to, and only when there is something to do. */
export async function settlePlan(
  context: CliContext,
  run: ApplyRun & { readonly flags: ApplyFlags & AskFlags },
): Promise<ExitCode> {
  const { plan, flags } = run;
  const codes = planCodes(plan, flags.detailedExitcode === true);
  const leave = async () => {
    await publishRun(context, run.reporting, { report: run.planned, shown: ['text'] });
    return strongest(codes.filter((code) => flags.dryRun === true || code !== EXIT_CODES.changes));
  };
  if (flags.dryRun === true) return leave();
  if (plan.changes.length === 0) return strongest([...codes, ...(await saveNothing(context, run))]);
  if (!(await isConfirmed(context, plan, flags))) return leave();
  return strongest(await carryOut(context, run));
}

/** The result of a plan without changes: what a guard holds back is in it. */
export function saveNothing(
  context: CliContext,
  run: Omit<ApplyRun, 'progress' | 'plannedAt' | 'replan'>,
): Promise<readonly ExitCode[]> {
  return saveResult(context, run, { changes: [], interrupted: false });
}

async function isConfirmed(context: CliContext, plan: Plan, { yes }: AskFlags): Promise<boolean> {
  if (yes === true) return true;
  const answer = await context.ask(renderQuestion(plan));
  if (answer.trim().toLowerCase() === 'yes') return true;
  tell(context, 'info', 'Nothing was changed.\n');
  return false;
}
