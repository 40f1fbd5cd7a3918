import { PlaitError } from '../errors/plait-error.ts';

/** The error for an aborted request: the reason of the signal when that says enough, else INTERRUPTED. */
export function toInterrupted(signal: AbortSignal, purpose: string): PlaitError {
  const reason: unknown = signal.reason;
  if (reason instanceof PlaitError) return reason;
  return new PlaitError('INTERRUPTED', `interrupted; could not ${purpose}`, { cause: reason });
}
