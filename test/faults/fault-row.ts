import { expect } from 'vitest';
import type { ErrorCode } from '../../src/errors/codes.ts';
import { isPlaitError, type PlaitError } from '../../src/errors/plait-error.ts';

/** One thing that goes wrong between Plait and a registry, and what must come of it. */
export interface FaultRow {
  readonly number: number;
  readonly fault: string;
  readonly expected: string;
  /** Lets it go wrong. Throws unless all that is expected holds. */
  readonly run: () => Promise<void>;
}

/** The error that `action` must end with. */
export async function expectCode(action: Promise<unknown>, code: ErrorCode): Promise<PlaitError> {
  const outcome: unknown = await action.catch((error: unknown) => error);
  if (!isPlaitError(outcome)) throw new Error(`expected ${code}, got ${String(outcome)}`, { cause: outcome });
  expect(`${outcome.code}: ${outcome.message}`).toMatch(new RegExp(`^${code}: `));
  return outcome;
}
