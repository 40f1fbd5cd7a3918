import { toPlanDocument } from '../../plan/document.ts';
import { listJsonPieces } from '../../report/json-text.ts';
import type { Report } from '../../report/report.ts';
import { withClient } from '../connect.ts';
import type { CliContext } from '../context.ts';
import { startProgress } from '../display.ts';
import { type ExitCode, strongest } from '../exit-codes.ts';
import { openLock } from '../lock-input.ts';
import { tell } from '../log.ts';
import type {
  CacheOptions,
  ConnectionOptions,
  DisplayOptions,
  InputOptions,
  LockOptions,
  SelectionOptions,
} from '../options.ts';
import { collectFacts, computePlan, loadQuestion, planCodes } from '../planning.ts';
import { makeReport, openReporting, publishRun, type Reporting } from '../reporting.ts';
import { assertWritable, writeWholeFile } from '../write-file.ts';

export interface PlanOptions
  extends InputOptions,
    SelectionOptions,
    ConnectionOptions,
    CacheOptions,
    LockOptions,
    DisplayOptions {
  readonly allow: readonly string[];
  readonly out?: string;
  /** Milliseconds. */
  readonly maxAge?: number;
  readonly short?: boolean;
  readonly showUnchanged?: boolean;
  readonly detailedExitcode?: boolean;
}

/** `plait plan`: reads, compares, prints. Sends no write, whatever the flags. */
export async function runPlan(context: CliContext, options: PlanOptions): Promise<ExitCode> {
  const reporting = await openReporting(context, options);
  await assertWritable(context, [options.out]);
  const asked = await loadQuestion(context, options);
  const { config } = asked;
  const lock = await openLock(context, options);
  const question = { ...asked, lock };
  const progress = startProgress(context, options);
  return withClient(context, { access: 'read', settings: config.settings, flags: options }, async (client) => {
    const { plan } = await computePlan(context, question, { client, progress, flags: options });
    const requests = client.requestCounts();
    const facts = {
      ...(await collectFacts(context, config, requests)),
      ...toLifetime(options),
      lockSha256: lock.sha256,
    };
    const document = toPlanDocument(plan, facts);
    const report = await makeReport(context, { plan, document, diagnostics: config.diagnostics });
    await saveAndPublish(context, { report, reporting, out: options.out });
    return strongest(planCodes(plan, options.detailedExitcode === true));
  });
}

interface PlanOutputs {
  readonly report: Report;
  readonly reporting: Reporting;
  readonly out: string | undefined;
}

/** The plan file first: what was shown can be applied then, even if a report cannot be written. */
export async function saveAndPublish(context: CliContext, { report, reporting, out }: PlanOutputs): Promise<void> {
  if (out !== undefined) await writeWholeFile(context, out, listJsonPieces(report.document));
  await publishRun(context, reporting, { report });
  if (out !== undefined) {
    const { checksum } = report.document;
    tell(context, 'info', `Saved ${out}, checksum ${checksum}; apply it with  plait apply ${out}\n`);
  }
}

/** How long the plan document is to be good. */
export function toLifetime({ maxAge }: Pick<PlanOptions, 'maxAge'>): { readonly lifetimeMs?: number } {
  return maxAge === undefined ? {} : { lifetimeMs: maxAge };
}

/** What the text plan shows. */
export function toTextOptions(options: Pick<PlanOptions, 'short' | 'showUnchanged'>): {
  readonly short: boolean;
  readonly showUnchanged: boolean;
} {
  return { short: options.short === true, showUnchanged: options.showUnchanged === true };
}
