import type { Diagnostic } from '../config/diagnostic.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlanDocument } from '../plan/plan-document.ts';
import { REPORT_FORMATS, type ReportFormat } from '../report/format-names.ts';
import { listReportPieces } from '../report/formats.ts';
import { createEventLog, type EventLog } from '../report/ndjson/event-log.ts';
import type { AnyReport, Report } from '../report/report.ts';
import { PLAIN } from '../report/style.ts';
import type { CliContext } from './context.ts';
import { chooseStyle, fitTo } from './display.ts';
import { publishGithub, writeGithubOutputs } from './github.ts';
import type { DisplayOptions } from './options.ts';
import { type OutputTarget, parseOutputs, writeOutput } from './output-targets.ts';
import { findReportFolder } from './report-folder.ts';
import { assertWritable } from './write-file.ts';

export interface ReportFlags extends Pick<DisplayOptions, 'output' | 'color'> {
  readonly short?: boolean;
  readonly showUnchanged?: boolean;
}

/** The reports that a run was asked for. */
export interface Reporting {
  readonly outputs: readonly OutputTarget<ReportFormat>[];
  readonly flags: ReportFlags;
  /** Events of an apply, written while it works. Undefined when nobody asked for them. */
  readonly events?: LiveEvents | undefined;
}

interface LiveEvents {
  readonly log: EventLog;
  /** What was written so far. */
  readonly lines: readonly string[];
}

/** Throws USAGE for formats that do not exist, two that want standard output, and paths that cannot be written. */
export async function openReporting(context: CliContext, flags: ReportFlags): Promise<Reporting> {
  const outputs = parseOutputs(flags.output, REPORT_FORMATS);
  await assertWritable(
    context,
    outputs.map(({ path }) => path),
  );
  return { outputs, flags };
}

/** As {@link openReporting}, for a run that tells of itself while it works. */
export async function openLiveReporting(context: CliContext, flags: ReportFlags): Promise<Reporting> {
  const reporting = await openReporting(context, flags);
  const targets = reporting.outputs.filter(({ format }) => format === 'ndjson');
  return targets.length === 0 ? reporting : { ...reporting, events: openEvents(context, targets) };
}

function openEvents({ stdout, clock }: CliContext, targets: readonly OutputTarget[]): LiveEvents {
  const lines: string[] = [];
  const isLive = targets.some(({ path }) => path === undefined);
  const isKept = targets.some(({ path }) => path !== undefined);
  const write = (line: string) => {
    if (isLive) stdout.write(line);
    if (isKept) lines.push(line);
  };
  return { lines, log: createEventLog({ kind: 'apply', write, elapsed: () => clock.elapsed() }) };
}

/** What {@link makeReport} is made of. */
export interface ReportParts {
  readonly plan: Plan;
  readonly document: PlanDocument;
  /** Of the config, when there is one. */
  readonly diagnostics?: readonly Diagnostic[];
}

/** A plan as what writers of reports get. */
export async function makeReport(
  context: CliContext,
  { plan, document, diagnostics = [] }: ReportParts,
): Promise<Report> {
  const kind = plan.drift === undefined ? 'plan' : 'drift';
  return { kind, plan, document, diagnostics, folder: await findReportFolder(context) };
}

/** As {@link publish}, and tells GitHub Actions in its variables how the run ended. */
export async function publishRun(context: CliContext, reporting: Reporting, said: Said): Promise<void> {
  await runAll([() => publish(context, reporting, said), () => writeGithubOutputs(context, said.report)]);
}

/** `shown`: formats that are on standard output already. */
interface Said {
  readonly report: AnyReport;
  readonly shown?: readonly ReportFormat[];
}

/**
 * Writes every report that was asked for. One that cannot be written does not keep the
 * others from it: OUTPUT_FAILED of the first is thrown in the end.
 */
export async function publish(
  context: CliContext,
  { outputs, flags, events }: Reporting,
  { report, shown = [] }: Said,
): Promise<void> {
  events?.log.end(report);
  const isOpen = ({ format, path }: OutputTarget<ReportFormat>) => path !== undefined || !shown.includes(format);
  const style = chooseStyle(context, context.stdout, flags.color);
  const words = { short: flags.short === true, showUnchanged: flags.showUnchanged === true };
  const tasks = outputs.filter(isOpen).map((target) => async () => {
    if (target.format === 'github') return publishGithub(context, report, target.path);
    if (target.format === 'ndjson' && events !== undefined) return writeEvents(context, events, target);
    const text = await listReportPieces(report, target.format, {
      ...words,
      ...(target.path === undefined ? { style, ...fitTo(context.stdout) } : { style: PLAIN }),
    });
    return writeOutput(context, target, text);
  });
  await runAll(tasks);
}

/** Those for standard output are there already. */
async function writeEvents(context: CliContext, { lines }: LiveEvents, target: OutputTarget): Promise<void> {
  if (target.path !== undefined) await writeOutput(context, target, lines);
}

async function runAll(tasks: readonly (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const task of tasks) {
    try {
      await task();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
