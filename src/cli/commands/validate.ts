import { ConfigError, type Diagnostic } from '../../config/diagnostic.ts';
import type { LoadedConfig } from '../../config/load.ts';
import { renderDiagnostics } from '../../report/text-diagnostics.ts';
import type { CliContext } from '../context.ts';
import { chooseStyle } from '../display.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { loadInput, readInput } from '../load-input.ts';
import type { DisplayOptions, InputOptions } from '../options.ts';
import { parseOutputs, writeOutputs } from '../output-targets.ts';

export interface ValidateOptions extends InputOptions, DisplayOptions {}

export const VALIDATE_FORMATS: readonly string[] = ['text', 'json'];

interface Verdict {
  readonly config: LoadedConfig | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** `plait validate`: everything that can be said of a config without a registry. */
export async function runValidate(context: CliContext, options: ValidateOptions): Promise<ExitCode> {
  const outputs = parseOutputs(options.output, VALIDATE_FORMATS);
  const input = await readInput(context, options);
  const verdict = judge(() => loadInput(context, options, input));
  const style = chooseStyle(context, context.stderr, options.color);
  await writeOutputs(context, outputs, (format) =>
    format === 'json' ? toJson(verdict) : describe(verdict, input.configs),
  );
  if (!outputs.some((output) => output.format === 'json' && output.path === undefined)) {
    context.stderr.write(renderDiagnostics(verdict.diagnostics, input.texts, style));
  }
  return verdict.config === undefined ? EXIT_CODES.usage : EXIT_CODES.ok;
}

function judge(load: () => LoadedConfig): Verdict {
  try {
    const config = load();
    return { config, diagnostics: config.diagnostics };
  } catch (error) {
    if (error instanceof ConfigError) return { config: undefined, diagnostics: error.diagnostics };
    throw error;
  }
}

function toJson({ config, diagnostics }: Verdict): string {
  return `${JSON.stringify({ valid: config !== undefined, diagnostics }, null, 2)}\n`;
}

function describe({ config, diagnostics }: Verdict, files: readonly { readonly path: string }[]): string {
  const names = files.map((file) => file.path).join(', ');
  if (config === undefined) {
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
    return `${names}: invalid, ${count(errors, 'error')}\n`;
  }
  const targets = config.declarations.flatMap((declaration) => declaration.targets);
  const tags = targets.flatMap((target) => target.tags).length;
  const { length } = config.absences;
  const absent = length === 0 ? '' : `, ${count(length, 'absence')}`;
  return `${names}: valid, ${count(config.declarations.length, 'image')}, ${count(tags, 'tag')}${absent}\n`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
