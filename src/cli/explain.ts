import { CommanderError } from 'commander';
import { isPlaitError, type PlaitError, toPlaitError } from '../errors/plait-error.ts';
import { renderError } from '../report/text-error.ts';
import { CommandEnd } from './command-end.ts';
import type { CliContext } from './context.ts';
import { chooseStyle } from './display.ts';
import { EXIT_CODES, type ExitCode, exitCodeOf } from './exit-codes.ts';
import { Interruption } from './interruption.ts';
import { tell } from './log.ts';

/** Tells why a command ended before its end, unless that is told already, and says how the process is to end. */
export function explain(context: CliContext, error: unknown): ExitCode {
  const code = codeOf(context, error);
  if (error instanceof CommandEnd || error instanceof CommanderError) return code;
  const known = findReason(context, error);
  tell(context, 'error', renderError(known, chooseStyle(context, context.stderr, 'auto')));
  if (isPlaitError(known, 'INTERNAL') && error instanceof Error && context.environment.PLAIT_DEBUG !== undefined) {
    tell(context, 'error', `${error.stack ?? ''}\n`);
  }
  return code;
}

/** How the process is to end when a command throws this. */
export function codeOf(context: CliContext, error: unknown): ExitCode {
  if (error instanceof CommandEnd) return error.exitCode;
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
  const known = findReason(context, error);
  return known instanceof Interruption ? known.exitCode : exitCodeOf(known.code);
}

/** After an interrupt it is the reason for whatever failed. */
function findReason({ signal }: CliContext, error: unknown): PlaitError {
  return toPlaitError(signal.aborted ? signal.reason : error);
}
