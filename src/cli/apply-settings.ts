import type { Command, Option } from 'commander';
import { ConfigError } from '../config/diagnostic.ts';
import { findNearest } from '../config/nearest.ts';
import { readToolSettings, type Setting, type ToolSettings } from '../config/settings/read-settings.ts';
import { cleanText } from '../errors/redact.ts';
import { CommandEnd } from './command-end.ts';
import type { CliContext } from './context.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { tellDiagnostics } from './log.ts';
import { readSettingValue } from './setting-value.ts';

/** Flags that are a decision about one run, so that no file can take it for all of them. */
const ONE_RUN: ReadonlySet<string> = new Set(['allow', 'checksum', 'help', 'shard', 'version', 'yes']);

/** The name of a flag in a file of settings: the long one without dashes. */
export function toSettingName(option: Option): string {
  return (option.long ?? '').replace(/^--/, '');
}

/** The flags of `commands` that may stand in a file of settings. */
export function listSettable(commands: readonly Command[]): readonly Option[] {
  const options = commands.flatMap((command) => command.options);
  return options.filter((option) => !ONE_RUN.has(toSettingName(option)));
}

interface SettingsPlace {
  readonly path: string;
  /** All of the program, since a setting may be for another command. */
  readonly commands: readonly Command[];
}

/** Fills open options of `command` from the file of settings at `path`. Anything wrong in there ends the command. */
export async function applySettings(
  command: Command,
  { path, commands }: SettingsPlace,
  context: CliContext,
): Promise<void> {
  const found = await readToolSettings(path, context.workingDirectory);
  const known = new Set(listSettable(commands).map(toSettingName));
  for (const setting of found.settings) {
    if (known.has(setting.name)) applySetting(command, setting, found);
    else reportUnknown(setting, known, found);
  }
  endWhenWrong(found, context);
}

function applySetting(command: Command, setting: Setting, { file, findings }: ToolSettings): void {
  const option = command.options.find((each) => toSettingName(each) === setting.name);
  if (option === undefined) return;
  const name = option.attributeName();
  const isSwitchedOff =
    setting.value === false && command.options.some((each) => each.negate && each.attributeName() === name);
  const read = isSwitchedOff
    ? ({ kind: 'value', value: false } as const)
    : readSettingValue(option, setting.value, file.directory);
  if (read.kind === 'problem') {
    findings.error({ code: 'invalid-value', where: setting.at, message: read.message, hint: read.hint });
    return;
  }
  const source = command.getOptionValueSource(name);
  const isOpen = source === undefined || source === 'default';
  if (isOpen) command.setOptionValueWithSource(name, read.value, 'config');
}

function reportUnknown({ name, key }: Setting, known: ReadonlySet<string>, { findings }: ToolSettings): void {
  if (name === '$schema') return;
  const bare = name.replace(/^--?/, '');
  const nearest = findNearest(bare, known);
  const isOneRun = ONE_RUN.has(bare);
  const message = isOneRun ? `--${bare} is for one run, and no setting` : `there is no flag --${cleanText(bare, 80)}`;
  const hint = isOneRun ? 'give it on the command line' : describeNames(nearest);
  findings.error({ code: 'unknown-key', where: key, message, hint });
}

function describeNames(nearest: string | undefined): string {
  return nearest === undefined
    ? 'settings are named as flags are, without dashes in front'
    : `did you mean ${nearest}?`;
}

function endWhenWrong({ file, findings }: ToolSettings, context: CliContext): void {
  try {
    findings.assertNoError();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    tellDiagnostics(context, error.diagnostics, { texts: new Map([[file.path, file.text]]), color: 'auto' });
    throw new CommandEnd(EXIT_CODES.usage);
  }
}
