import { cleanCache } from '../../cache/clean-cache.ts';
import { PlaitError } from '../../errors/plait-error.ts';
import { formatBytes } from '../../report/progress.ts';
import type { CliContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import type { CacheOptions } from '../options.ts';
import { chooseCacheDirectory } from '../use-cache.ts';

/** `plait cache clean`: removes everything kept between runs, and nothing else. */
export async function runCache(context: CliContext, options: CacheOptions, action: string): Promise<ExitCode> {
  if (action !== 'clean')
    throw new PlaitError('USAGE', `plait cache ${action}: no such thing`, { hint: 'plait cache clean' });
  const directory = chooseCacheDirectory(context, options);
  if (directory === undefined)
    throw new PlaitError('USAGE', 'there is no cache folder to clean', { hint: 'name it with --cache' });
  const { entries, bytes } = await cleanCache(directory);
  context.stdout.write(
    `Removed ${entries} ${entries === 1 ? 'entry' : 'entries'}, ${formatBytes(bytes)}, from ${directory}\n`,
  );
  return EXIT_CODES.ok;
}
