import { createHash } from 'node:crypto';
import { listReversals } from '../../apply/list-reversals.ts';
import { settingsFor } from '../../config/registries.ts';
import { toPlanDocument } from '../../plan/document.ts';
import type { Plan } from '../../plan/plan.ts';
import { planRollback } from '../../plan/plan-rollback.ts';
import { selectTags } from '../../plan/select.ts';
import { readReversals } from '../../state/read-reversals.ts';
import { withClient } from '../connect.ts';
import type { CliContext } from '../context.ts';
import { startProgress } from '../display.ts';
import { EXIT_CODES, type ExitCode, strongest } from '../exit-codes.ts';
import { findSettings } from '../load-input.ts';
import { tell } from '../log.ts';
import type { ConnectionOptions, DisplayOptions, InputOptions, SelectionOptions } from '../options.ts';
import { collectFacts, planCodes } from '../planning.ts';
import { makeReport, openReporting } from '../reporting.ts';
import { readResult } from '../result-file.ts';
import { assertWritable } from '../write-file.ts';
import { type PlanOptions, saveAndPublish, toLifetime } from './plan.ts';

export interface RollbackOptions
  extends InputOptions,
    Omit<SelectionOptions, 'selector'>,
    ConnectionOptions,
    DisplayOptions,
    Pick<PlanOptions, 'out' | 'maxAge' | 'short' | 'showUnchanged' | 'detailedExitcode'> {}

/** `plait rollback RESULT`: from the result of an apply, the plan that brings its tags back. Sends no write. */
export async function runRollback(context: CliContext, options: RollbackOptions, path: string): Promise<ExitCode> {
  const reporting = await openReporting(context, options);
  await assertWritable(context, [options.out]);
  const { document: result, bytes } = await readResult(context, path);
  const { target: targets, exclude, shard = null } = options;
  const scope = { targets, exclude, selector: null, shard };
  const reversals = selectTags(listReversals(result), scope);
  const settings = await findSettings(context, options, 'read');
  const mayDelete = (registry: string) => settingsFor(settings, registry).deletes === 'tag';
  return withClient(context, { access: 'read', settings, flags: options }, async (client) => {
    const progress = startProgress(context, options);
    const states = await readReversals(client, reversals, { signal: context.signal, onProgress: progress.reading });
    progress.clear();
    const plan = planRollback({ states, mayDelete, scope });
    const requests = client.requestCounts();
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const facts = { ...(await collectFacts(context, { files: [{ path, sha256 }] }, requests)), ...toLifetime(options) };
    const document = toPlanDocument(plan, facts);
    const report = await makeReport(context, { plan, document });
    await saveAndPublish(context, { report, reporting, out: options.out });
    if (isIdle(plan)) tell(context, 'info', `Nothing to roll back: ${describeIdle(reversals.length)}.\n`);
    const hasMoved = states.some((state) => state.kind === 'moved');
    const codes = planCodes(plan, options.detailedExitcode === true);
    return strongest([...codes, ...(hasMoved ? [EXIT_CODES.stale] : [])]);
  });
}

function isIdle({ changes, unreadable }: Plan): boolean {
  return changes.length === 0 && unreadable.length === 0;
}

function describeIdle(count: number): string {
  return count === 0 ? 'that apply moved no tag' : 'no tag that it moved can be or needs to be moved back';
}
