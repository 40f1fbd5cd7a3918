import type { Argument, Command, Option } from 'commander';
import { ERROR_CODES } from '../errors/codes.ts';
import type { CommandOutline, FlagOutline, ProgramOutline, ValueOutline } from '../report/program-outline.ts';
import { VERSION } from './version.ts';

/** Pure: what the program takes, read off its own definition. */
export function outlineProgram(description: string, commands: readonly Command[]): ProgramOutline {
  const names = commands.map((command) => command.name());
  return {
    name: 'plait',
    version: VERSION,
    description,
    commands: commands.map((command) => outlineCommand(command, names)),
  };
}

function outlineCommand(command: Command, names: readonly string[]): CommandOutline {
  return {
    name: command.name(),
    description: command.description(),
    flags: command.options.map(outlineFlag),
    words: command.registeredArguments.map((argument) => ({
      placeholder: showArgument(argument),
      description: argument.description,
      // Too many to be listed by the help of the argument itself.
      value:
        command.name() === 'help'
          ? { choices: [...names, ...Object.keys(ERROR_CODES)], kind: 'other' }
          : outlineArgument(argument),
    })),
  };
}

function showArgument(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function outlineArgument(argument: Argument): ValueOutline {
  return { choices: argument.argChoices ?? [], kind: findKind(argument.name()) };
}

function outlineFlag(option: Option): FlagOutline {
  const placeholder = /[<[].*[>\]]$/.exec(option.flags)?.[0];
  return {
    long: option.long ?? '',
    short: option.short,
    description: option.description,
    placeholder,
    value: { choices: option.argChoices ?? listFormats(option), kind: findKind(placeholder ?? '') },
    isRepeatable: Array.isArray(option.defaultValue),
  };
}

/** `text or json, to stdout or a file`: a format may have a path, so that it is no choice to the parser. */
function listFormats({ long, description }: Option): readonly string[] {
  if (long !== '--output') return [];
  return /^(.*), to stdout/.exec(description)?.[1]?.split(/, | or /) ?? [];
}

function findKind(name: string): ValueOutline['kind'] {
  if (/folder/.test(name)) return 'folder';
  return /path>|file|spec|before|after|result/.test(name) ? 'file' : 'other';
}
