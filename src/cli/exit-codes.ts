import type { ErrorCode } from '../errors/codes.ts';

/** How a command may end, and when. */
export const EXIT_CODES = Object.freeze({
  /** Planned, changes or not; applied, or nothing to do. */
  ok: 0,
  /** Something could not be read, or another error; nothing was written. */
  error: 1,
  /** There are, or were, changes, only with --detailed-exitcode; drift or lock --check found a difference. */
  changes: 2,
  /** A guard holds at least one image back; the rest was done. */
  blocked: 3,
  /** A tag moved between plan and apply. */
  stale: 4,
  /** Something was written and something failed. */
  partial: 5,
  /** The command line or the config is wrong; no registry was contacted. */
  usage: 64,
  /** Ended by SIGINT. */
  interrupted: 130,
  /** Ended by SIGTERM. */
  terminated: 143,
} as const);

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** When several hold, the earlier one is the exit code. */
const PRECEDENCE: readonly ExitCode[] = [143, 130, 64, 5, 1, 4, 3, 2, 0];

export function strongest(codes: readonly ExitCode[]): ExitCode {
  return PRECEDENCE.find((code) => codes.includes(code)) ?? EXIT_CODES.ok;
}

const USAGE_CODES: readonly ErrorCode[] = [
  'USAGE',
  'CONFIG_NOT_FOUND',
  'CONFIG_INVALID',
  'REFERENCE_INVALID',
  'DIGEST_INVALID',
  'PLATFORM_INVALID',
  'IMPORT_INVALID',
  'LOCK_INVALID',
  'LOCK_MISSING',
  'PLAN_INVALID',
  'PLAN_VERSION',
  'PLAN_EXPIRED',
  'PLAN_CLOCK',
  'PLAN_INCOMPLETE',
  'RESULT_INVALID',
];

/** Codes of one tag, which was written or may have been. */
const WRITTEN_CODES: readonly ErrorCode[] = ['TAG_OVERWRITTEN', 'TAG_UNVERIFIED', 'PUSH_UNSETTLED'];

/** For an error that ends the whole command, or that is the only one of its run. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  if (code === 'INTERRUPTED') return EXIT_CODES.interrupted;
  if (code === 'TAG_STALE') return EXIT_CODES.stale;
  if (WRITTEN_CODES.includes(code)) return EXIT_CODES.partial;
  return USAGE_CODES.includes(code) ? EXIT_CODES.usage : EXIT_CODES.error;
}
