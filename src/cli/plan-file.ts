import { resolve } from 'node:path';
import { readWhole } from '../config/read-whole.ts';
import { isPlaitError, PlaitError } from '../errors/plait-error.ts';
import { assertCurrent } from '../plan/lifetime.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlanDocument } from '../plan/plan-document.ts';
import { MAX_PLAN_BYTES, openPlanFile, type PlanEnvelope } from '../plan/read-document.ts';
import { readStoredPlan, type StoredPlan } from '../plan/stored-plan.ts';
import { verifyStoredPlan } from '../plan/verify-document.ts';
import type { CliContext } from './context.ts';
import { tell } from './log.ts';

/** A plan file and what it says, checked as far as showing it needs. */
export interface SavedPlan {
  readonly document: PlanDocument;
  readonly plan: Plan;
}

/** Throws PLAN_INVALID for a file that is missing, too large or not a plan. */
export async function readPlanEnvelope(context: CliContext, path: string): Promise<PlanEnvelope> {
  return openPlanFile(await readPlanBytes(context, path));
}

/** All of a plan file or a result file. Throws PLAN_INVALID when it is missing, or larger than any. */
export async function readPlanBytes(context: CliContext, path: string): Promise<Uint8Array> {
  const absolute = resolve(context.workingDirectory, path);
  try {
    const bytes = await readWhole(absolute, { maxBytes: MAX_PLAN_BYTES, signal: context.signal });
    if (bytes !== undefined) return bytes;
  } catch (error) {
    if (isPlaitError(error)) throw error;
    throw new PlaitError('PLAN_INVALID', `the plan file ${path} cannot be read`, {
      hint: 'make one with  plait plan -o FILE',
      cause: error,
    });
  }
  throw new PlaitError('PLAN_INVALID', `${path} is larger than any plan`, {
    hint: 'make one with  plait plan -o FILE',
  });
}

/**
 * The plan in `path`, fit to be applied. Throws PLAN_INVALID when anything in it was edited, PLAN_VERSION for another
 * major version, PLAN_EXPIRED, PLAN_CLOCK and PLAN_INCOMPLETE.
 */
export async function readSavedPlan(context: CliContext, path: string): Promise<SavedPlan> {
  const stored = readStoredPlan(await readPlanEnvelope(context, path));
  const { document } = stored;
  const plan = { ...stored.plan, indexes: verifyStoredPlan(stored) };
  assertCurrent(document, context.clock.now());
  if (document.drift !== undefined) {
    throw new PlaitError('PLAN_INVALID', 'the file holds findings of plait drift, which are not to be applied', {
      hint: 'make a plan with  plait plan -o FILE',
    });
  }
  const { status } = document;
  if (!status.applyable || status.errored) {
    throw new PlaitError('PLAN_INCOMPLETE', 'the plan was made while something could not be read', {
      hint: 'plan again; plait show tells what it was',
    });
  }
  return { document, plan };
}

/** For a plan that is only looked at: says when it is not as it was made. */
export function warnOfEdits(context: CliContext, stored: StoredPlan): void {
  const problem = findProblem(() => verifyStoredPlan(stored));
  if (problem !== undefined) tell(context, 'warn', `Warning: ${problem.message}. It cannot be applied.\n`);
}

/** What a check throws, as a value. Throws what is no PlaitError. */
export function findProblem(check: () => unknown): PlaitError | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (isPlaitError(error)) return error;
    throw error;
  }
}
