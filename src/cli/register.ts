import type { Command } from 'commander';
import type { CliContext } from './context.ts';
import type { ExitCode } from './exit-codes.ts';

/** What a lazily loaded command gets: its options, and its arguments in order. */
export type Run = (context: CliContext, options: never, ...args: string[]) => Promise<ExitCode>;

/** Adds a command to the program, its code to be loaded when it runs. */
export type Register = (command: Command, load: () => Promise<Run>) => void;
