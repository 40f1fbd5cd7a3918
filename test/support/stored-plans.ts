import type { Plan } from '../../src/plan/plan.ts';
import { openPlanFile } from '../../src/plan/read-document.ts';
import { readStoredPlan, type StoredPlan } from '../../src/plan/stored-plan.ts';
import { verifyStoredPlan } from '../../src/plan/verify-document.ts';

/** What Plait reads from a file with this document. */
export function readBack(document: unknown): StoredPlan {
  return readStoredPlan(openPlanFile(new TextEncoder().encode(JSON.stringify(document))));
}

/** The plan to be applied. Throws what is thrown for one that was edited. */
export function readVerified(document: unknown): Plan {
  const stored = readBack(document);
  return { ...stored.plan, indexes: verifyStoredPlan(stored) };
}
