import { ConfigError, type Diagnostic } from '../../config/diagnostic.ts';
import type { LoadedConfig } from '../../config/load.ts';
import type { CliContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { loadInput, readInput } from '../load-input.ts';
import { tellDiagnostics } from '../log.ts';
import type { ConnectionOptions, DisplayOptions, InputOptions, LockOptions } from '../options.ts';
import { parseOutputs, writeOutputs } from '../output-targets.ts';
import type { OnlineFindings } from '../try-online.ts';
import { assertWritable } from '../write-file.ts';

export interface ValidateOptions
  extends InputOptions,
    ConnectionOptions,
    DisplayOptions,
    Pick<LockOptions, 'lockFile'> {
  readonly online?: boolean;
}

export const VALIDATE_FORMATS: readonly string[] = ['text', 'json'];

interface Verdict {
  readonly config: LoadedConfig | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Absent when no registry was asked. */
  readonly online?: OnlineFindings;
}

/**
 * `plait validate`: everything that can be said of a config without a registry, and with `--online` whether its sources
 * are there. Sends no write, whatever the flags, and no request at all for a config with errors.
 */
export async function runValidate(context: CliContext, options: ValidateOptions): Promise<ExitCode> {
  const outputs = parseOutputs(options.output, VALIDATE_FORMATS);
  await assertWritable(
    context,
    outputs.map(({ path }) => path),
  );
  const input = await readInput(context, options);
  const offline = judge(() => loadInput(context, options, input));
  const verdict = options.online === true ? await addOnline(context, options, offline) : offline;
  await writeOutputs(context, outputs, (format) =>
    format === 'json' ? toJson(verdict) : describe(verdict, input.configs),
  );
  const problems = verdict.online?.report.problems ?? [];
  if (!outputs.some((output) => output.format === 'json' && output.path === undefined)) {
    tellDiagnostics(context, [...verdict.diagnostics, ...problems], { texts: input.texts, color: options.color });
  }
  if (verdict.config === undefined) return EXIT_CODES.usage;
  return problems.some(({ severity }) => severity === 'error') ? EXIT_CODES.error : EXIT_CODES.ok;
}

/** What speaks to registries is loaded for this alone. */
async function addOnline(context: CliContext, options: ValidateOptions, offline: Verdict): Promise<Verdict> {
  const { config } = offline;
  if (config === undefined) return offline;
  const { tryOnline } = await import('../try-online.ts');
  return { ...offline, online: await tryOnline(context, config, options) };
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

function toJson({ config, diagnostics, online }: Verdict): string {
  const asked = online === undefined ? {} : { online: { ...online.report, requests: online.requests } };
  return `${JSON.stringify({ valid: config !== undefined, diagnostics, ...asked }, null, 2)}\n`;
}

function describe({ config, diagnostics, online }: Verdict, files: readonly { readonly path: string }[]): string {
  const names = files.map((file) => file.path).join(', ');
  if (config === undefined) {
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
    return `${names}: invalid, ${count(errors, 'error')}\n`;
  }
  const targets = config.declarations.flatMap((declaration) => declaration.targets);
  const tags = targets.flatMap((target) => target.tags).length;
  const { length } = config.absences;
  const absent = length === 0 ? '' : `, ${count(length, 'absence')}`;
  return `${names}: valid, ${count(config.declarations.length, 'image')}, ${count(tags, 'tag')}${absent}\n${
    online?.text ?? ''
  }`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
