import type { Diagnostic } from '../config/diagnostic.ts';
import { describeRequest, LOG_LEVELS, type LogLevel, type LogRecord, renderLogLine } from '../report/log-line.ts';
import { type Remark, renderDiagnostics, type SourceTexts } from '../report/text-diagnostics.ts';
import type { RequestEvent } from '../transport/request-event.ts';
import type { CliContext } from './context.ts';
import { chooseStyle } from './display.ts';
import type { DisplayOptions } from './options.ts';
import type { Log } from './output.ts';

export interface LogFlags {
  readonly logLevel?: LogLevel;
  readonly logFormat?: 'text' | 'json';
}

/** The context of a run that was asked for a level or a form. In JSON everything on standard error becomes a record. */
export function withLog(context: CliContext, { logLevel = 'info', logFormat = 'text' }: LogFlags): CliContext {
  const { stderr, clock } = context;
  const isJson = logFormat === 'json';
  const shows = (level: LogLevel) => LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(logLevel);
  const write = (record: LogRecord) => {
    if (!shows(record.level) || record.message.trim() === '') return;
    stderr.write(isJson ? renderLogLine(record, clock.now()) : record.message);
  };
  const log: Log = { isJson, shows, write, raw: stderr };
  if (!isJson) return { ...context, log };
  const wrapped = {
    isTerminal: false,
    columns: stderr.columns,
    write: (message: string) => write({ level: 'info', message }),
  };
  return { ...context, log, stderr: wrapped };
}

/** Writes `message`, whole lines, to standard error when its level is asked for. */
export function tell(context: CliContext, level: LogLevel, message: string): void {
  if (context.log === undefined) context.stderr.write(message);
  else context.log.write({ level, message });
}

const LEVELS: Readonly<Record<Diagnostic['severity'], LogLevel>> = { error: 'error', warning: 'warn', note: 'info' };

/** Every diagnostic at the level of its severity. */
export function tellDiagnostics(
  context: CliContext,
  remarks: readonly Remark[],
  shown: { readonly texts: SourceTexts } & Pick<DisplayOptions, 'color'>,
): void {
  const style = chooseStyle(context, context.stderr, shown.color);
  for (const remark of remarks) {
    tell(context, LEVELS[remark.severity], renderDiagnostics([remark], shown.texts, style));
  }
}

/** What to do with each request; undefined when nobody wants to know. */
export function watchRequests({ log }: CliContext): ((request: RequestEvent) => void) | undefined {
  if (log?.shows('debug') !== true) return undefined;
  return (request) => {
    const message = describeRequest(request);
    log.write({ level: 'debug', message: log.isJson ? message : `debug: ${message}\n`, request });
  };
}
