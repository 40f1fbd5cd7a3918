import { PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';

const MAX_TEXT_CHARS = 1024;

/** Internal to `oci/`: refuses what no reference can hold, before any closer look. */
export function assertPlainText(text: string): void {
  if (text === '') throw invalid(text, 'it is empty', 'write it as registry/repository:tag');
  if (text.length > MAX_TEXT_CHARS) throw invalid(text, `it has more than ${MAX_TEXT_CHARS} characters`);
  if (/\s/.test(text)) throw invalid(text, 'it contains white space', 'remove it, also at the start and end');
  if (!/^[!-~]*$/.test(text)) throw invalid(text, 'it contains a character outside plain ASCII');
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]{0,31}:\/\//.exec(text)?.[0];
  if (scheme !== undefined) {
    throw invalid(text, `it starts with ${scheme}`, `drop ${scheme}; plain http is a setting of the registry`);
  }
}

/** Internal to `oci/`: the error of every text that is no reference. */
export function invalid(text: string, reason: string, hint?: string): PlaitError {
  return new PlaitError(
    'REFERENCE_INVALID',
    `"${cleanText(text, 120)}" is not an image reference: ${cleanText(reason)}`,
    {
      hint: hint === undefined ? undefined : cleanText(hint),
    },
  );
}
