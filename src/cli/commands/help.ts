import { findNearest } from '../../config/nearest.ts';
import { ERROR_CODES, type ErrorCode } from '../../errors/codes.ts';
import { ERROR_PAGES } from '../../errors/pages/pages.ts';
import { PlaitError } from '../../errors/plait-error.ts';
import { renderErrorPage } from '../../report/text-error-page.ts';
import type { CliContext } from '../context.ts';
import { chooseStyle } from '../display.ts';
import { EXIT_CODES, type ExitCode, exitCodeOf } from '../exit-codes.ts';

/** The helps of the program itself and of its commands, by name. */
export interface HelpTexts {
  readonly program: string;
  readonly commands: ReadonlyMap<string, string>;
}

/** `plait help [TOPIC]`: the help of a command, or the page of an error code in capitals or not. */
export function runHelp(context: CliContext, texts: HelpTexts, topic: string | undefined): ExitCode {
  context.stdout.write(topic === undefined ? texts.program : (texts.commands.get(topic) ?? renderCode(context, topic)));
  return EXIT_CODES.ok;
}

function renderCode(context: CliContext, topic: string): string {
  const code = topic.toUpperCase().replaceAll('-', '_');
  if (!isCode(code)) {
    const nearest = findNearest(code, Object.keys(ERROR_CODES));
    throw new PlaitError('USAGE', `there is no command and no error code ${topic}`, {
      hint: nearest === undefined ? 'plait help lists the commands' : `did you mean ${nearest}?`,
    });
  }
  const style = chooseStyle(context, context.stdout, 'auto');
  return renderErrorPage(code, ERROR_PAGES[code], { exitCode: exitCodeOf(code), style });
}

function isCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CODES, text);
}
