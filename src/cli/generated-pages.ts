import { renderManPage } from '../report/man-page.ts';
import { renderErrorCodes } from '../report/markdown-error-codes.ts';
import { EXIT_CODES, exitCodeOf } from './exit-codes.ts';
import { outline } from './program.ts';

/** Every way to end, for people. */
const EXITS = [
  { code: EXIT_CODES.ok, meaning: 'Done, or nothing to do; a plan with changes, too.' },
  { code: EXIT_CODES.error, meaning: 'Something could not be read, or another error.' },
  { code: EXIT_CODES.changes, meaning: 'Changes or differences, with --detailed-exitcode; drift, always.' },
  { code: EXIT_CODES.blocked, meaning: 'A guard holds at least one image back; the rest was done.' },
  { code: EXIT_CODES.stale, meaning: 'A tag moved between plan and apply.' },
  { code: EXIT_CODES.partial, meaning: 'Something was written and something failed.' },
  { code: EXIT_CODES.usage, meaning: 'The command line or the config is wrong; no registry was contacted.' },
  { code: EXIT_CODES.interrupted, meaning: 'Interrupted.' },
  { code: EXIT_CODES.terminated, meaning: 'Ended by SIGTERM.' },
] as const;

/** Pure: `man/plait.1`. */
export function makeManPage(): string {
  return renderManPage(outline(), EXITS);
}

/** Pure: `docs/error-codes.md`. */
export function makeErrorCodesPage(): string {
  return renderErrorCodes(exitCodeOf);
}
