import { ERROR_CODES, type ErrorCode } from '../errors/codes.ts';
import { ERROR_PAGES } from '../errors/pages/pages.ts';

/** `docs/error-codes.md`: every code with its page. `exitCodeOf`: of a command that ends with the code. */
export function renderErrorCodes(exitCodeOf: (code: ErrorCode) => number): string {
  const codes = (Object.keys(ERROR_CODES) as ErrorCode[]).sort();
  return `# Error codes

Every error has a code that stays the same from version to version: the last line of the message names it, and \`-O json\` has it
as \`code\`. \`plait help CODE\` prints the page of one. This page is made from the same table.

${codes.map((code) => renderCode(code, exitCodeOf(code))).join('\n')}`;
}

function renderCode(code: ErrorCode, exitCode: number): string {
  const { causes, steps } = ERROR_PAGES[code];
  const sentence = `${ERROR_CODES[code].slice(0, 1).toUpperCase()}${ERROR_CODES[code].slice(1)}`;
  return `## ${code}

${protect(sentence)}. Exit code ${exitCode}.

Likely causes:

${causes.map((cause) => `- ${protect(cause)}`).join('\n')}

What to do:

${steps.map((step) => `- ${protect(step)}`).join('\n')}
`;
}

/** Nothing in a text is markup. */
function protect(text: string): string {
  return text.replaceAll(/[<>*_`[\]]/g, '\\$&');
}
