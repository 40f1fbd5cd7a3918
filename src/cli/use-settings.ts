import type { Command } from 'commander';
import { findToolSettings } from '../config/settings/find-settings.ts';
import type { CliContext } from './context.ts';

/**
 * Fills options that neither the command line nor the environment gave from the settings of the tool, if there are any.
 * `listCommands` gives all of the program. Reading them is loaded when there is something to read.
 */
export async function useSettings(
  command: Command,
  listCommands: () => readonly Command[],
  context: CliContext,
): Promise<void> {
  if (command.options.length === 0) return;
  const path = await findToolSettings(context.workingDirectory);
  if (path === undefined) return;
  const { applySettings } = await import('./apply-settings.ts');
  await applySettings(command, { path, commands: listCommands() }, context);
}
