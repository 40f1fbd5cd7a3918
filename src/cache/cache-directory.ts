import { isAbsolute, join } from 'node:path';

/** What decides where the cache is when the command line does not. */
export interface CacheSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute, or empty where there is none. */
  readonly homeDirectory: string;
}

/**
 * `$XDG_CACHE_HOME/plait`, else `~/.cache/plait`; undefined without a home. A relative XDG_CACHE_HOME is ignored, as the XDG
 * Base Directory Specification asks.
 */
export function findCacheDirectory({ environment, homeDirectory }: CacheSurroundings): string | undefined {
  const { XDG_CACHE_HOME: base = '' } = environment;
  if (isAbsolute(base)) return join(base, 'plait');
  return isAbsolute(homeDirectory) ? join(homeDirectory, '.cache', 'plait') : undefined;
}
