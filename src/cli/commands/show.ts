import { assertUntouched, decodeResultDocument } from '../../apply/read-result.ts';
import { assertCurrent } from '../../plan/lifetime.ts';
import { assertReadable, openPlanFile, type PlanEnvelope, readWholePlan } from '../../plan/read-document.ts';
import { readStoredPlan } from '../../plan/stored-plan.ts';
import type { Report, ResultReport } from '../../report/report.ts';
import type { CliContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { tell } from '../log.ts';
import type { DisplayOptions } from '../options.ts';
import { findProblem, readPlanBytes, warnOfEdits } from '../plan-file.ts';
import { findReportFolder } from '../report-folder.ts';
import { makeReport, openReporting, publish } from '../reporting.ts';

export interface ShowOptions extends DisplayOptions {
  readonly short?: boolean;
  readonly showUnchanged?: boolean;
}

/**
 * `plait show FILE…`: saved plans or results in any format; also one that could not be used, with the reason. Several are shown
 * as one.
 */
export async function runShow(
  context: CliContext,
  options: ShowOptions,
  ...paths: readonly string[]
): Promise<ExitCode> {
  const reporting = await openReporting(context, options);
  const [path = '', ...others] = paths;
  const isAlone = others.length === 0;
  const report = isAlone
    ? await openOne(context, path)
    : await (await import('../show-together.ts')).openTogether(context, paths);
  if (report !== undefined) await publish(context, reporting, { report });
  return EXIT_CODES.ok;
}

/** Undefined for a file of another major version, which was printed as it is. */
async function openOne(context: CliContext, path: string): Promise<Report | ResultReport | undefined> {
  const bytes = await readPlanBytes(context, path);
  const envelope = openPlanFile(bytes);
  const foreign = findProblem(() => assertReadable(envelope));
  if (foreign !== undefined) {
    tell(context, 'warn', `Note: ${foreign.message}; shown as it is.\n`);
    context.stdout.write(`${JSON.stringify(readWholePlan(bytes), null, 2)}\n`);
    return undefined;
  }
  return 'finishedAt' in envelope.outline ? openResult(context, bytes) : openPlan(context, envelope);
}

async function openPlan(context: CliContext, envelope: PlanEnvelope): Promise<Report> {
  const stored = readStoredPlan(envelope);
  const { document, plan } = stored;
  warnOfEdits(context, stored);
  const late = findProblem(() => assertCurrent(document, context.clock.now()));
  if (late !== undefined) tell(context, 'warn', `Note: ${late.message}. It cannot be applied.\n`);
  return makeReport(context, { plan, document });
}

async function openResult(context: CliContext, bytes: Uint8Array): Promise<ResultReport> {
  const document = decodeResultDocument(bytes);
  const problem = findProblem(() => assertUntouched(document));
  if (problem !== undefined) tell(context, 'warn', `Warning: ${problem.message}.\n`);
  return { kind: 'apply', document, planned: undefined, folder: await findReportFolder(context) };
}
