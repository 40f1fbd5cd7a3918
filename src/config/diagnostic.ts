import { PlaitError } from '../errors/plait-error.ts';
import type { Origin } from './declaration.ts';
import type { DiagnosticCode } from './diagnostic-codes.ts';

/** An `error` makes the config invalid; a `warning` is probably a mistake; a `note` says what was understood. */
export type Severity = 'error' | 'warning' | 'note';

/** One thing to say about a config file, and where. Text from the file in it is safe to print. */
export interface Diagnostic {
  readonly severity: Severity;
  readonly code: DiagnosticCode;
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  /** `images[0].platforms["linux/arm64"]`; empty for the whole file. */
  readonly path: string;
  readonly origin: Origin;
}

/** `manifests.yaml:88:5`, the form of which editors and terminals make a link. */
export function formatOrigin(origin: Origin): string {
  return `${origin.file}:${origin.line}:${origin.column}`;
}

/** Everything that is wrong with the config files of a run, in the order of the files. */
export class ConfigError extends PlaitError {
  readonly diagnostics: readonly Diagnostic[];

  /** At least one of `diagnostics` must be an error. */
  constructor(diagnostics: readonly Diagnostic[]) {
    super('CONFIG_INVALID', summarize(diagnostics));
    this.name = 'ConfigError';
    this.diagnostics = diagnostics;
  }
}

function summarize(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  const [first] = errors;
  if (first === undefined) return 'the config is invalid';
  const more = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`;
  return `${formatOrigin(first.origin)}: ${first.message}${more}`;
}
