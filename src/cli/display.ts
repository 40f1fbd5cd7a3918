import { createProgress, type Progress } from '../report/progress.ts';
import { createStyle, type Style } from '../report/style.ts';
import type { CliContext } from './context.ts';
import type { DisplayOptions } from './options.ts';
import type { Output } from './output.ts';

/** Colours as asked for, else when `output` is a terminal and nothing in the environment speaks against it. */
export function chooseStyle(context: CliContext, output: Output, color: DisplayOptions['color']): Style {
  return createStyle(isColored(context, output, color) ? 1 : 0);
}

function isColored(context: CliContext, output: Output, color: DisplayOptions['color']): boolean {
  const { NO_COLOR: noColor, FORCE_COLOR: forceColor, TERM: term } = context.environment;
  if (color !== 'auto') return color === 'always';
  if (noColor !== undefined && noColor !== '') return false;
  if (forceColor !== undefined && forceColor !== '') return forceColor !== '0' && forceColor !== 'false';
  return output.isTerminal && term !== 'dumb';
}

/**
 * Progress on standard error: a live line on a terminal, a line now and then in a log. Nothing beside output for programs,
 * unless it is asked for: many put both into one file.
 */
export function startProgress(
  context: CliContext,
  { progress: how, output }: Pick<DisplayOptions, 'progress' | 'output'>,
): Progress {
  const { stderr, environment, clock } = context;
  const isLive = stderr.isTerminal && environment.CI === undefined && environment.TERM !== 'dumb';
  const isForProgram = output.some((each) => MACHINE_FORMATS.includes(each));
  const usual = isLive ? 'tty' : 'plain';
  const mode = how === 'auto' ? (isForProgram ? 'none' : usual) : how;
  const isQuiet = context.log?.shows('info') === false;
  const isRecord = context.log?.isJson === true && mode === 'tty';
  return createProgress({
    mode: isQuiet ? 'none' : isRecord ? 'plain' : mode,
    get columns() {
      return stderr.columns;
    },
    write: (text) => stderr.write(text),
    elapsed: () => clock.elapsed(),
  });
}

/** On standard output. */
const MACHINE_FORMATS: readonly string[] = ['json', 'ndjson', 'sarif'];

/** How wide lines may be: as wide as the terminal, where there is one. */
export function fitTo({ isTerminal, columns }: Output): { readonly columns?: number } {
  return isTerminal ? { columns } : {};
}
