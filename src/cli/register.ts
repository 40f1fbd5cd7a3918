import type { Command } from 'commander';
import type { CliContext } from './context.ts';
import type { ExitCode } from './exit-codes.ts';

/** What a lazily loaded command gets: its options, and its arguments in order. */
export type Run = (context: CliContext, options: never, ...args: string[]) => Promise<ExitCode>;

/** One command of the program. */
export interface CommandEntry {
  readonly name: string;
  /** Gives a command its description, arguments and options: they take a while, and a run needs those of one command. */
  readonly describe: (command: Command) => void;
  /** Its code, to be loaded when it runs. */
  readonly load: () => Promise<Run>;
}

/** Adds a command to the program. */
export type Register = (name: string, describe: CommandEntry['describe'], load: CommandEntry['load']) => void;
