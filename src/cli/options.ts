import { type Command, Option } from 'commander';
import { PlaitError } from '../errors/plait-error.ts';
import { parseShard, type Shard } from '../plan/shard.ts';
import { LOG_LEVELS } from '../report/log-line.ts';

/** What every command that reads a config takes. */
export interface InputOptions {
  readonly file: readonly string[];
  readonly var: readonly string[];
  readonly varFile: readonly string[];
}

export interface SelectionOptions {
  readonly target: readonly string[];
  readonly exclude: readonly string[];
  readonly selector?: string;
  readonly shard?: Shard;
}

export interface ConnectionOptions {
  readonly plainHttp: readonly string[];
  readonly insecureSkipVerify: readonly string[];
  readonly parallelism?: number;
}

export interface CacheOptions {
  /** A folder, false for none, absent for the usual one. */
  readonly cache?: string | boolean;
}

export interface LockOptions {
  /** Absent: `enforce` when there is a lock file, else `off`. */
  readonly lock?: 'off' | 'record' | 'enforce';
  readonly lockFile?: string;
}

export interface DisplayOptions {
  readonly output: readonly string[];
  readonly color: 'auto' | 'always' | 'never';
  readonly progress: 'auto' | 'tty' | 'plain' | 'ndjson' | 'none';
}

export function addInputOptions(command: Command): Command {
  return command
    .addOption(
      repeatable('-f, --file <path>', 'config file, - for standard input').default([], 'manifests.yaml, found upwards'),
    )
    .addOption(repeatable('--var <name=value>', 'value of a declared variable'))
    .addOption(repeatable('--var-file <path>', 'YAML or JSON file with values of declared variables'));
}

export function addTagSelection(command: Command): Command {
  return command
    .addOption(repeatable('-t, --target <glob>', 'only these ids or repository:tag'))
    .addOption(repeatable('--exclude <glob>', 'all but these ids or repository:tag'))
    .option('--shard <i/n>', 'only part i of n, by target repository', parseShard);
}

export function addSelectionOptions(command: Command): Command {
  return addTagSelection(command).option('-l, --selector <labels>', 'only images with these labels: k=v,k=v');
}

export function addConnectionOptions(command: Command): Command {
  return command
    .addOption(repeatable('--plain-http <host>', 'speak http to this registry'))
    .addOption(repeatable('--insecure-skip-verify <host>', 'accept any certificate of this registry'))
    .option('--parallelism <n>', 'requests in flight over all registries', parseCount);
}

export function addCacheOptions(command: Command): Command {
  return command
    .option(
      '--cache <folder>',
      'where content is kept by digest between runs (default: plait in the cache folder of the user)',
    )
    .option('--no-cache', 'keep nothing between runs, and use nothing kept');
}

export function addLockOptions(command: Command): Command {
  return addLockFileOption(command).addOption(
    new Option(
      '--lock <mode>',
      'record: write sources and tags into the lock file; enforce: take sources from it, as without this flag when there is one',
    ).choices(['off', 'record', 'enforce']),
  );
}

export function addLockFileOption(command: Command): Command {
  return command.option('--lock-file <path>', 'the lock file (default: manifests.lock.yaml beside the config)');
}

export function addMetricsOption(command: Command): Command {
  return command.option('--metrics-file <path>', 'write figures of the run, in the text format of Prometheus');
}

export function addDisplayOptions(command: Command, formats: readonly string[]): Command {
  return addViewOptions(
    command.addOption(repeatable('-O, --output <format[=path]>', `${listFormats(formats)}, to stdout or a file`)),
  );
}

/** How a command shows what it does, when its result has one form only. */
export function addViewOptions(command: Command): Command {
  return command
    .addOption(new Option('--color <when>', 'colours').choices(['auto', 'always', 'never']).default('auto'))
    .addOption(
      new Option('--progress <how>', 'progress on stderr')
        .choices(['auto', 'tty', 'plain', 'ndjson', 'none'])
        .default('auto'),
    )
    .addOption(new Option('--log-level <level>', 'how much to tell on stderr').choices([...LOG_LEVELS]).default('info'))
    .addOption(
      new Option('--log-format <form>', 'json: a JSON object a line on stderr')
        .choices(['text', 'json'])
        .default('text'),
    );
}

function listFormats(formats: readonly string[]): string {
  return `${formats.slice(0, -1).join(', ')} or ${formats.at(-1) ?? ''}`;
}

/** An option that may be given many times, as a list. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, description)
    .default([], 'none')
    .argParser((value: string, earlier: readonly string[]) => [...earlier, value]);
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 1024) {
    throw new PlaitError('USAGE', `--parallelism ${text}: not a whole number from 1 to 1024`);
  }
  return count;
}

/**
 * Fills options that the command line left out from `PLAIT_<FLAG_NAME>` variables. Repeatable ones take a value a line.
 * Throws USAGE for a value that the flag itself would not take.
 */
export function applyEnvironment(command: Command, environment: Readonly<Record<string, string | undefined>>): void {
  for (const option of command.options) {
    const name = option.attributeName();
    const variable = `PLAIT_${(option.long ?? '').replace(/^--/, '').replaceAll('-', '_').toUpperCase()}`;
    const value = environment[variable];
    const source = command.getOptionValueSource(name);
    if (value === undefined || value === '' || (source !== undefined && source !== 'default')) continue;
    command.setOptionValueWithSource(name, parseVariable(option, variable, value), 'env');
  }
}

function parseVariable(option: Option, variable: string, value: string): unknown {
  if (option.optional && /^(?:1|0|true|false|yes|no|on|off)$/i.test(value)) return parseSwitch(variable, value);
  if (option.negate) return !parseSwitch(variable, value);
  if (option.isBoolean()) return parseSwitch(variable, value);
  if (Array.isArray(option.defaultValue)) return value.split('\n').filter((line) => line !== '');
  if (option.argChoices !== undefined && !option.argChoices.includes(value)) {
    throw new PlaitError('USAGE', `${variable}=${value}: not one of ${option.argChoices.join(', ')}`);
  }
  return option.parseArg === undefined ? value : option.parseArg(value, undefined);
}

function parseSwitch(variable: string, value: string): boolean {
  if (/^(?:1|true|yes|on)$/i.test(value)) return true;
  if (/^(?:0|false|no|off)$/i.test(value)) return false;
  throw new PlaitError('USAGE', `${variable}=${value}: neither true nor false`);
}
