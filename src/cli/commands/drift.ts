import { toPlanDocument } from '../../plan/document.ts';
import { toDrift } from '../../plan/drift.ts';
import type { Plan } from '../../plan/plan.ts';
import { PLAIN } from '../../report/style.ts';
import { renderTextDrift } from '../../report/text-drift.ts';
import { withClient } from '../connect.ts';
import type { CliContext } from '../context.ts';
import { chooseStyle, startProgress } from '../display.ts';
import { EXIT_CODES, type ExitCode, strongest } from '../exit-codes.ts';
import { loadChecked } from '../load-input.ts';
import { openLock } from '../lock-input.ts';
import { parseOutputs, writeOutputs } from '../output-targets.ts';
import { askPlan, collectFacts, computePlan } from '../planning.ts';
import { assertWritable } from '../write-file.ts';
import { PLAN_FORMATS, type PlanOptions, toTextOptions } from './plan.ts';

export type DriftOptions = Omit<PlanOptions, 'allow' | 'out' | 'maxAge' | 'detailedExitcode'>;

/** `plait drift`: how the registries differ from the config, and from the lock file. Sends no write. */
export async function runDrift(context: CliContext, options: DriftOptions): Promise<ExitCode> {
  const outputs = parseOutputs(options.output, PLAN_FORMATS);
  await assertWritable(
    context,
    outputs.map(({ path }) => path),
  );
  const config = await loadChecked(context, options);
  const lock = await openLock(context, options);
  const question = { ...askPlan(config, { ...options, allow: [] }), lock };
  const progress = startProgress(context, options.progress);
  return withClient(context, { access: 'read', settings: config.settings, flags: options }, async (client) => {
    const { plan } = await computePlan(context, question, { client, progress, flags: options });
    const locked = lock.use === undefined ? {} : { lock: lock.use.lock };
    const found = toDrift(plan, { rules: config.drift.ignore, ...locked });
    const requests = client.requestCounts();
    const facts = { ...(await collectFacts(context, config, requests)), lockSha256: lock.sha256 };
    const style = chooseStyle(context, context.stdout, options.color);
    await writeOutputs(context, outputs, (format, isFile) =>
      format === 'json'
        ? `${JSON.stringify(toPlanDocument(found, facts), null, 2)}\n`
        : renderTextDrift(found, { ...toTextOptions(options), style: isFile ? PLAIN : style, requests }),
    );
    return driftCode(found);
  });
}

/** What could not be compared outweighs what differs. */
export function driftCode(found: Plan): ExitCode {
  return strongest([
    EXIT_CODES.ok,
    ...(found.changes.length > 0 ? [EXIT_CODES.changes] : []),
    ...(found.unreadable.length > 0 ? [EXIT_CODES.error] : []),
  ]);
}
