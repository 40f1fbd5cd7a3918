import { MAX_FILE_BYTES } from '../config/limits.ts';
import { readConfig, toStdinConfig } from '../config/read-config.ts';
import type { ConfigSource } from '../config/source-file.ts';
import type { CliContext } from './context.ts';

/** The file that `flag` names, `-` for standard input. Throws as {@link readConfig} does. */
export async function readGivenConfig(context: CliContext, path: string, flag: string): Promise<ConfigSource> {
  const { workingDirectory, signal } = context;
  if (path !== '-') return readConfig(path, { workingDirectory, flag, signal });
  return toStdinConfig(await context.readStandardInput(MAX_FILE_BYTES), workingDirectory);
}
