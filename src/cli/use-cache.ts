import { resolve } from 'node:path';
import { findCacheDirectory } from '../cache/cache-directory.ts';
import { type ContentCache, NO_CACHE, openContentCache } from '../cache/content-cache.ts';
import type { CliContext } from './context.ts';
import { tell } from './log.ts';
import type { CacheOptions } from './options.ts';

/** Where the flags and the environment say that the cache is; undefined for none. Absolute. */
export function chooseCacheDirectory(context: CliContext, { cache }: CacheOptions): string | undefined {
  if (cache === false) return undefined;
  return typeof cache === 'string' ? resolve(context.workingDirectory, cache) : findCacheDirectory(context);
}

/** Gives `use` the cache and closes it however `use` ends. A cache that does not work is told of, once, and empty. */
export async function withCache<T>(
  context: CliContext,
  options: CacheOptions,
  use: (cache: ContentCache) => Promise<T>,
): Promise<T> {
  const directory = chooseCacheDirectory(context, options);
  if (directory === undefined) return use(NO_CACHE);
  const onProblem = (message: string) => tell(context, 'warn', `Note: ${message}\n`);
  const cache = openContentCache({ directory, onProblem });
  try {
    return await use(cache);
  } finally {
    await cache.close();
  }
}
