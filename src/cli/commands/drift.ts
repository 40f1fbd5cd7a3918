import { toPlanDocument } from '../../plan/document.ts';
import { countDrift, toDrift } from '../../plan/drift.ts';
import { type Plan, summarize } from '../../plan/plan.ts';
import { withClient } from '../connect.ts';
import type { CliContext } from '../context.ts';
import { startProgress } from '../display.ts';
import { EXIT_CODES, type ExitCode, strongest } from '../exit-codes.ts';
import { openLock } from '../lock-input.ts';
import { collectFacts, computePlan, loadQuestion } from '../planning.ts';
import { makeReport, openReporting, publishRun } from '../reporting.ts';
import type { PlanOptions } from './plan.ts';

export type DriftOptions = Omit<PlanOptions, 'allow' | 'out' | 'maxAge' | 'detailedExitcode'>;

/** `plait drift`: how the registries differ from the config, and from the lock file. Sends no write. */
export async function runDrift(context: CliContext, options: DriftOptions): Promise<ExitCode> {
  const reporting = await openReporting(context, options);
  const asked = await loadQuestion(context, { ...options, allow: [] });
  const { config } = asked;
  const lock = await openLock(context, options);
  const question = { ...asked, lock };
  const progress = startProgress(context, options);
  return withClient(context, { access: 'read', settings: config.settings, flags: options }, async (client) => {
    const { plan } = await computePlan(context, question, { client, progress, flags: options });
    const locked = lock.use === undefined ? {} : { lock: lock.use.lock };
    const found = toDrift(plan, { rules: config.drift.ignore, ...locked });
    const { inSync, ...others } = countDrift(found);
    context.record?.({ plan: summarize(found), drift: { in_sync: inSync, ...others } });
    const requests = client.requestCounts();
    const facts = { ...(await collectFacts(context, config, requests)), lockSha256: lock.sha256 };
    const document = toPlanDocument(found, facts);
    const report = await makeReport(context, { plan: found, document, diagnostics: config.diagnostics });
    await publishRun(context, reporting, { report });
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
