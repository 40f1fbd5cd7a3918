import type { PlaitError } from '../errors/plait-error.ts';
import type { Style } from './style.ts';

/** One error for people: what happened, what to do, and the stable code to search for. */
export function renderError(error: PlaitError, style: Style): string {
  const hint = error.hint === undefined ? '' : `\n  hint: ${error.hint}`;
  return `${style.remove('Error:')} ${error.message}${hint}\n  code: ${error.code}\n`;
}
