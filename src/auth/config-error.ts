import { PlaitError } from '../errors/plait-error.ts';

/**
 * The error for a credentials file or variable that cannot be used. It has no cause on purpose: what JSON parsers say
 * quotes the text, which holds secrets.
 */
export function toInvalidCredentials(place: string, problem: string, hint: string): PlaitError {
  return new PlaitError('CREDENTIALS_INVALID', `could not read the credentials in ${place}: ${problem}`, { hint });
}
