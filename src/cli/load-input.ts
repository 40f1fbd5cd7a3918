import { ConfigError, type Diagnostic } from '../config/diagnostic.ts';
import { findConfig } from '../config/discover.ts';
import { createIncludeReader } from '../config/include/file-reader.ts';
import type { IncludeReader } from '../config/include/include-reader.ts';
import { type LoadedConfig, type LoadOptions, loadConfig, loadTraced } from '../config/load.ts';
import { readConfig } from '../config/read-config.ts';
import type { ConfigSource } from '../config/source-file.ts';
import { isPlaitError, PlaitError } from '../errors/plait-error.ts';
import { CommandEnd } from './command-end.ts';
import type { CliContext } from './context.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { readGivenConfig } from './given-config.ts';
import { tell, tellDiagnostics } from './log.ts';
import type { DisplayOptions, InputOptions } from './options.ts';

/**
 * The config that the flags name, checked. Warnings go to standard error; a config with errors ends the command, every
 * one of them printed.
 */
export async function loadChecked(
  context: CliContext,
  options: InputOptions & Pick<DisplayOptions, 'color'>,
): Promise<LoadedConfig> {
  return (await loadAndTell(context, options, (load) => ({ config: loadConfig(load) }))).config;
}

/** As {@link loadChecked}, with what everything was made of. */
export function loadCheckedTraced(
  context: CliContext,
  options: InputOptions & Pick<DisplayOptions, 'color'>,
): Promise<ReturnType<typeof loadTraced>> {
  return loadAndTell(context, options, loadTraced);
}

async function loadAndTell<Loaded extends { readonly config: LoadedConfig }>(
  context: CliContext,
  options: InputOptions & Pick<DisplayOptions, 'color'>,
  load: (options: LoadOptions) => Loaded,
): Promise<Loaded> {
  const input = await readInput(context, options);
  const { texts } = input;
  const { color } = options;
  try {
    const loaded = load(toLoadOptions(context, options, input));
    tellDiagnostics(context, loaded.config.diagnostics, { texts, color });
    return loaded;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    tellDiagnostics(context, error.diagnostics, { texts, color });
    tell(context, 'error', `${countErrors(error.diagnostics)}; no registry was contacted.\n`);
    throw new CommandEnd(EXIT_CODES.usage);
  }
}

/**
 * How to reach registries: from the config named, or from one found on the way. A found one with errors ends the command
 * when it is going to write, because half of the settings could mean another registry or other credentials; for looking
 * at something a note is enough.
 */
export async function findSettings(
  context: CliContext,
  options: InputOptions & Pick<DisplayOptions, 'color'>,
  purpose: 'read' | 'write',
): Promise<LoadedConfig['settings']> {
  try {
    if (purpose === 'write' || options.file.length > 0) return (await loadChecked(context, options)).settings;
    return loadInput(context, options, await readInput(context, options)).settings;
  } catch (error) {
    if (isPlaitError(error, 'CONFIG_NOT_FOUND') && options.file.length === 0) return new Map();
    if (!(error instanceof ConfigError)) throw error;
    tell(context, 'warn', `Note: registry settings of the config are not used, it is invalid: ${error.message}\n`);
    return new Map();
  }
}

function countErrors(diagnostics: readonly Diagnostic[]): string {
  const count = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  return `${count} error${count === 1 ? '' : 's'}`;
}

/** What a config is loaded from. */
export interface Input {
  /** In the order of the flags. */
  readonly configs: readonly ConfigSource[];
  readonly variableFiles: readonly ConfigSource[];
  readonly includes: IncludeReader;
  /** Of every file that was read so far, by the path that diagnostics print. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Reads the files that the flags name, without flags the config found upwards from the working directory. */
export async function readInput(context: CliContext, options: InputOptions): Promise<Input> {
  const { workingDirectory, signal } = context;
  const paths = options.file.length > 0 ? options.file : [await getConfigPath(workingDirectory)];
  const configs: ConfigSource[] = [];
  for (const path of paths) {
    configs.push(await readGivenConfig(context, path, '-f'));
  }
  const variableFiles: ConfigSource[] = [];
  for (const path of options.varFile)
    variableFiles.push(await readConfig(path, { workingDirectory, flag: '--var-file', signal }));
  const texts = new Map([...configs, ...variableFiles].map(({ path, text }) => [path, text]));
  return { configs, variableFiles, includes: rememberTexts(createIncludeReader(workingDirectory), texts), texts };
}

function rememberTexts(reader: IncludeReader, texts: Map<string, string>): IncludeReader {
  return {
    find: (request) => {
      const found = reader.find(request);
      for (const each of found) if (each.kind === 'file') texts.set(each.source.path, each.source.text);
      return found;
    },
  };
}

async function getConfigPath(workingDirectory: string): Promise<string> {
  const path = await findConfig(workingDirectory);
  if (path !== undefined) return path;
  throw new PlaitError('CONFIG_NOT_FOUND', `no manifests.yaml in ${workingDirectory} or above it in the repository`, {
    hint: 'write one, or name another file with -f',
  });
}

/** Checks and expands what {@link readInput} read. Throws ConfigError. */
export function loadInput(context: CliContext, options: InputOptions, input: Input): LoadedConfig {
  return loadConfig(toLoadOptions(context, options, input));
}

function toLoadOptions(context: CliContext, options: InputOptions, input: Input): LoadOptions {
  return {
    files: input.configs,
    variables: Object.fromEntries(options.var.map(parseAssignment)),
    variableFiles: input.variableFiles,
    environment: context.environment,
    includes: input.includes,
    now: context.clock.now(),
  };
}

function parseAssignment(text: string): readonly [string, string] {
  const separator = text.indexOf('=');
  if (separator < 1) {
    throw new PlaitError('USAGE', `--var ${text}: not an assignment`, { hint: 'write  --var name=value' });
  }
  return [text.slice(0, separator), text.slice(separator + 1)];
}
