import type { Diagnostic } from '../config/diagnostic.ts';
import { formatOrigin } from '../config/diagnostic.ts';
import { blankControls } from '../errors/redact.ts';
import type { Style } from './style.ts';

/** The text of config files by the path that diagnostics print. */
export type SourceTexts = ReadonlyMap<string, string>;

/** What is said of a line of a config; a diagnostic is. */
export type Remark = Pick<Diagnostic, 'severity' | 'message' | 'hint' | 'origin'> & { readonly code: string };

/** Every diagnostic with the line it is about, for people; in the order given. */
export function renderDiagnostics(diagnostics: readonly Remark[], texts: SourceTexts, style: Style): string {
  return diagnostics.map((diagnostic) => `${renderDiagnostic(diagnostic, texts, style)}\n`).join('');
}

function renderDiagnostic(diagnostic: Remark, texts: SourceTexts, style: Style): string {
  const { severity, message, hint, code, origin } = diagnostic;
  const paint = severity === 'error' ? style.remove : style.update;
  return [
    `${style.strong(formatOrigin(origin))}: ${paint(severity)}: ${message}  ${style.faint(`[${code}]`)}`,
    ...quoteLine(diagnostic, texts, style),
    ...(hint === undefined ? [] : [`  hint: ${hint}`]),
  ].join('\n');
}

const MAX_COLUMNS = 160;

function quoteLine({ origin }: Remark, texts: SourceTexts, style: Style): readonly string[] {
  const line = texts.get(origin.file)?.split(/\r?\n/, origin.line)[origin.line - 1];
  if (line === undefined || line.trim() === '' || origin.column > MAX_COLUMNS) return [];
  const number = String(origin.line).padStart(5);
  const shown = blankControls(line.slice(0, MAX_COLUMNS));
  const caret = ' '.repeat(Math.max(0, origin.column - 1));
  return [style.faint(`${number} | ${shown}`), `${style.faint('      | ')}${caret}^`];
}
