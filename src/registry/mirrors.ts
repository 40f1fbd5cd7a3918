import { isPlaitError } from '../errors/plait-error.ts';
import { isSameRepository, type Repository } from '../oci/repository.ts';
import type { Place } from './context.ts';
import type { RegistrySettings } from './settings.ts';

/**
 * The hosts that hold copies of what registries have. They are spoken to as the registries of their own that they are:
 * with their own settings and their own credentials. Only content named by digest is asked of them, because nothing else
 * can be checked; what they do not have, or refuse, or give wrong, comes from the registry itself.
 */
export interface Mirrors {
  /** What the first mirror has, else what the registry has; `read` is given where to look. */
  read<T>(repository: Repository, read: (place: Place) => Promise<T>): Promise<T>;
  /** The first mirror where `isThere` says so; undefined when none is, or there are no mirrors. */
  find(repository: Repository, isThere: (place: Place) => Promise<boolean>): Promise<Place | undefined>;
}

export interface MirrorsOptions {
  /** What this machine says, as `host/path`; it counts where the config names no mirrors. */
  readonly findMirrors: (repository: Repository) => Promise<readonly string[]>;
  readonly settings: (registry: string) => RegistrySettings;
  readonly placeOf: (repository: Repository) => Place;
}

export function createMirrors({ settings, placeOf, findMirrors }: MirrorsOptions): Mirrors {
  const lost = new Set<string>();
  const listPlaces = async (repository: Repository): Promise<readonly Place[]> => {
    const { registry, path } = repository;
    const named = settings(registry).mirrors?.map((mirror) => ({ registry: mirror, path }));
    return (named ?? (await findMirrors(repository)).map(toRepository))
      .filter((mirror) => !isSameRepository(mirror, repository) && !lost.has(mirror.registry))
      .map(placeOf);
  };
  const tryAt = async <T>(place: Place, task: (place: Place) => Promise<T>): Promise<T | undefined> => {
    try {
      return await task(place);
    } catch (error) {
      if (!isPlaitError(error) || error.code === 'INTERRUPTED') throw error;
      // One that does not answer would cost its time limit again and again.
      if (error.code === 'REGISTRY_UNREACHABLE' || error.code === 'REGISTRY_TLS') lost.add(place.repository.registry);
      return undefined;
    }
  };
  return {
    read: async (repository, read) => {
      for (const place of await listPlaces(repository)) {
        const found = await tryAt(place, read);
        if (found !== undefined) return found;
      }
      return read(placeOf(repository));
    },
    find: async (repository, isThere) => {
      for (const place of await listPlaces(repository)) {
        if ((await tryAt(place, isThere)) === true) return place;
      }
      return undefined;
    },
  };
}

function toRepository(name: string): Repository {
  const slash = name.indexOf('/');
  return { registry: name.slice(0, slash), path: name.slice(slash + 1) };
}
