import type { ApplyResult } from '../apply/apply-result.ts';
import { addNews, collectNews } from '../apply/lock-news.ts';
import { toPlaitError } from '../errors/plait-error.ts';
import type { Plan } from '../plan/plan.ts';
import { renderError } from '../report/text-error.ts';
import type { CliContext } from './context.ts';
import { chooseStyle } from './display.ts';
import type { ExitCode } from './exit-codes.ts';
import type { OpenLock } from './lock-input.ts';
import { tell } from './log.ts';
import { assertWritable } from './write-file.ts';
import { changeLock } from './write-lock.ts';

/** Where an apply records what it did. */
export interface LockRecord extends OpenLock {
  readonly use: NonNullable<OpenLock['use']>;
}

/**
 * Says before a registry is contacted whether the lock file can be written. In `record` mode it must be: throws USAGE. An
 * enforced one is of use where it can only be read too, such as in a container: then a note is enough, and undefined.
 */
export async function prepareRecord(context: CliContext, lock: OpenLock): Promise<LockRecord | undefined> {
  const { use } = lock;
  if (use === undefined) return undefined;
  try {
    await assertWritable(context, [lock.absolute]);
    return { ...lock, use };
  } catch (error) {
    if (use.mode === 'record') throw error;
    tell(context, 'warn', `Note: ${lock.path} cannot be written; what is published is not recorded in it.\n`);
    return undefined;
  }
}

export interface Recording {
  readonly plan: Plan;
  readonly result: ApplyResult;
  /** `failed`: the exit code when it cannot be written, as what was applied stays applied. */
  readonly failed: ExitCode;
}

/** Writes what was done into the lock file, also after a failure or an interrupt. Returns the exit codes that hold for it. */
export async function recordLock(
  context: CliContext,
  lock: LockRecord | undefined,
  { plan, result, failed }: Recording,
): Promise<readonly ExitCode[]> {
  if (lock === undefined) return [];
  const news = collectNews(plan, result);
  try {
    if (await changeLock(context, lock, (current) => addNews(current, news, lock.use.lock))) {
      tell(context, 'info', `Recorded in ${lock.path} what is published now; commit it.\n`);
    }
    return [];
  } catch (error) {
    tell(context, 'info', renderError(toPlaitError(error), chooseStyle(context, context.stderr, 'auto')));
    return [failed];
  }
}
