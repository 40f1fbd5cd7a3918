import type { ErrorCode } from './codes.ts';
import { redact } from './redact.ts';

export interface PlaitErrorOptions {
  /** What the reader can do about it, as one sentence or setting. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /** The HTTP status that led here, when one did. */
  readonly status?: number | undefined;
}

/**
 * The one error class. `message` says what was attempted on what and what happened, `hint` what to do. Both pass
 * through {@link redact} here, so that no error text can carry a credential.
 */
export class PlaitError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly status: number | undefined;

  constructor(code: ErrorCode, message: string, options: PlaitErrorOptions = {}) {
    super(redact(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PlaitError';
    this.code = code;
    this.hint = options.hint === undefined ? undefined : redact(options.hint);
    this.status = options.status;
  }
}

/** True for a {@link PlaitError}, of `code` when one is given. */
export function isPlaitError(error: unknown, code?: ErrorCode): error is PlaitError {
  return error instanceof PlaitError && (code === undefined || error.code === code);
}

/** Anything thrown as a {@link PlaitError}: what is not one yet is a defect of ours and says so. */
export function toPlaitError(error: unknown): PlaitError {
  if (error instanceof PlaitError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new PlaitError('INTERNAL', `unexpected: ${text}`, { cause: error });
}
