import { PlaitError } from '../errors/plait-error.ts';

/** The error for a request whose signal was aborted. */
export function toInterrupted(signal: AbortSignal, purpose: string): PlaitError {
  return new PlaitError('INTERRUPTED', `interrupted; could not ${purpose}`, { cause: signal.reason });
}
