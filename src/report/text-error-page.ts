import { ERROR_CODES, type ErrorCode } from '../errors/codes.ts';
import type { ErrorPage } from '../errors/pages/page.ts';
import type { Style } from './style.ts';

/** The page of a code, as `plait help CODE` prints it. `exitCode`: of a command that ends with it. */
export function renderErrorPage(code: ErrorCode, page: ErrorPage, { exitCode, style }: PageOptions): string {
  return [
    `${style.strong(code)}: ${ERROR_CODES[code]}`,
    '',
    'Likely causes:',
    ...page.causes.map(listItem),
    '',
    'What to do:',
    ...page.steps.map(listItem),
    '',
    `A command that ends with it has exit code ${exitCode}.`,
    '',
  ].join('\n');
}

export interface PageOptions {
  readonly exitCode: number;
  readonly style: Style;
}

function listItem(text: string): string {
  return `  - ${text}`;
}
