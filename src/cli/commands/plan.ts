import { toPlanDocument } from '../../plan/document.ts';
import type { PlanDocument } from '../../plan/document-schema.ts';
import { PLAIN } from '../../report/style.ts';
import { renderTextPlan } from '../../report/text-plan.ts';
import { withClient } from '../connect.ts';
import type { CliContext } from '../context.ts';
import { chooseStyle, startProgress } from '../display.ts';
import { type ExitCode, strongest } from '../exit-codes.ts';
import { loadChecked } from '../load-input.ts';
import { openLock } from '../lock-input.ts';
import type {
  CacheOptions,
  ConnectionOptions,
  DisplayOptions,
  InputOptions,
  LockOptions,
  SelectionOptions,
} from '../options.ts';
import { parseOutputs, writeOutputs } from '../output-targets.ts';
import { askPlan, collectFacts, computePlan, planCodes } from '../planning.ts';
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

export const PLAN_FORMATS: readonly string[] = ['text', 'json'];

/** `plait plan`: reads, compares, prints. Sends no write, whatever the flags. */
export async function runPlan(context: CliContext, options: PlanOptions): Promise<ExitCode> {
  const outputs = parseOutputs(options.output, PLAN_FORMATS);
  await assertWritable(context, [...outputs.map(({ path }) => path), options.out]);
  const config = await loadChecked(context, options);
  const lock = await openLock(context, options);
  const question = { ...askPlan(config, options), lock };
  const progress = startProgress(context, options.progress);
  return withClient(context, { access: 'read', settings: config.settings, flags: options }, async (client) => {
    const { plan } = await computePlan(context, question, { client, progress, flags: options });
    const requests = client.requestCounts();
    const facts = {
      ...(await collectFacts(context, config, requests)),
      ...toLifetime(options),
      lockSha256: lock.sha256,
    };
    const style = chooseStyle(context, context.stdout, options.color);
    const document = toPlanDocument(plan, facts);
    await writeOutputs(context, outputs, (format, isFile) =>
      format === 'json'
        ? toJson(document)
        : renderTextPlan(plan, { ...toTextOptions(options), style: isFile ? PLAIN : style, requests }),
    );
    if (options.out !== undefined) await savePlan(context, document, options.out);
    return strongest(planCodes(plan, options.detailedExitcode === true));
  });
}

/** How long the plan document is to be good. */
export function toLifetime({ maxAge }: Pick<PlanOptions, 'maxAge'>): { readonly lifetimeMs?: number } {
  return maxAge === undefined ? {} : { lifetimeMs: maxAge };
}

export async function savePlan(context: CliContext, document: PlanDocument, path: string): Promise<void> {
  await writeWholeFile(context, path, toJson(document));
  context.stderr.write(`Saved ${path}, checksum ${document.checksum}; apply it with  plait apply ${path}\n`);
}

function toJson(document: PlanDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** What the text plan shows. */
export function toTextOptions(options: Pick<PlanOptions, 'short' | 'showUnchanged'>): {
  readonly short: boolean;
  readonly showUnchanged: boolean;
} {
  return { short: options.short === true, showUnchanged: options.showUnchanged === true };
}
