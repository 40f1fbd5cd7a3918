import { PlaitError } from '../errors/plait-error.ts';
import { matchesGlob } from './glob.ts';
import { GUARD_NAMES, type GuardName } from './plan.ts';

/** A named, scoped exception from one guard: `--allow platform-removal=ghcr.io/acme/api:*`. */
export interface Allowance {
  readonly guard: GuardName;
  /** Matched against `repository:tag`. */
  readonly glob: string;
}

/** Throws USAGE for text that is not `GUARD=GLOB`. */
export function parseAllowance(text: string): Allowance {
  const separator = text.indexOf('=');
  const name = text.slice(0, Math.max(separator, 0));
  const glob = text.slice(separator + 1);
  const guard = GUARD_NAMES.find((candidate) => candidate === name);
  if (guard === undefined || glob === '') {
    throw new PlaitError('USAGE', `--allow ${text}: not an allowance`, {
      hint: `write  --allow GUARD=GLOB  with one of: ${GUARD_NAMES.join(', ')}`,
    });
  }
  return { guard, glob };
}

export function formatAllowance(allowance: Allowance): string {
  return `--allow ${allowance.guard}=${allowance.glob}`;
}

/** The allowance that covers `reference`, when there is one. */
export function findAllowance(
  allowances: readonly Allowance[],
  guard: Allowance['guard'],
  reference: string,
): Allowance | undefined {
  return allowances.find((allowance) => allowance.guard === guard && matchesGlob(allowance.glob, reference));
}
