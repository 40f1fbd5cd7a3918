import { join } from 'node:path';
import { PlaitError } from '../errors/plait-error.ts';
import { readCertsFolder } from './certs-d.ts';
import { type HostSettings, joinSettings, NO_SETTINGS } from './host-settings.ts';
import { readHostsToml } from './hosts-toml.ts';
import {
  type ConfFolders,
  findRegistryEntry,
  listMirrors,
  type RegistryEntry,
  readRegistriesConf,
} from './registries-conf.ts';

/** What other tools of this machine are told about registries. Nothing is looked at before it is asked for. */
export interface HostFiles {
  /** Throws HOST_FILE_INVALID for a file that cannot be used. */
  find(host: string): Promise<HostSettings>;
  /** Throws REGISTRY_BLOCKED, naming the file, when the machine forbids this; `purpose` completes "could not …". */
  assertAllowed(registry: string, path: string, purpose: string): Promise<void>;
  /** Where content of a repository may be had by digest besides, as `host/path`, in order. */
  findMirrors(registry: string, path: string): Promise<readonly string[]>;
}

export interface HostFilesOptions {
  /** The folder to read in place of `/etc`; undefined for none. */
  readonly systemDirectory: string | undefined;
  /** Holds `containers/`, as `~/.config` does. */
  readonly configDirectory: string;
  /** The names under which a host, `host[:port]`, may be written; the host alone when absent. */
  readonly names?: (host: string) => readonly string[];
}

/** For those who want to know nothing of this machine. */
export const NO_HOST_FILES: HostFiles = {
  find: () => Promise.resolve(NO_SETTINGS),
  assertAllowed: () => Promise.resolve(),
  findMirrors: () => Promise.resolve([]),
};

export function createHostFiles(options: HostFilesOptions): HostFiles {
  const known = new Map<string, Promise<HostSettings>>();
  let conf: Promise<readonly RegistryEntry[]> | undefined;
  const readConf = (): Promise<readonly RegistryEntry[]> => {
    conf ??= readRegistriesConf(listConfFolders(options));
    return conf;
  };
  return {
    find: (host) => {
      const found = known.get(host) ?? readAll(options, host, readConf);
      known.set(host, found);
      return found;
    },
    assertAllowed: async (registry, path, purpose) => {
      const entry = findRegistryEntry(await readConf(), `${registry}/${path}`);
      if (entry?.blocked !== true) return;
      throw new PlaitError('REGISTRY_BLOCKED', `could not ${purpose}: ${entry.path} blocks ${entry.prefix}`, {
        hint: `whoever keeps this machine set \`blocked = true\` there; ask them, or use another registry`,
      });
    },
    findMirrors: async (registry, path) => listMirrors(await readConf(), `${registry}/${path}`),
  };
}

function listConfFolders({ systemDirectory, configDirectory }: HostFilesOptions): ConfFolders {
  const system = systemDirectory === undefined ? undefined : join(systemDirectory, 'containers');
  return { user: join(configDirectory, 'containers'), system };
}

async function readAll(
  options: HostFilesOptions,
  host: string,
  readConf: () => Promise<readonly RegistryEntry[]>,
): Promise<HostSettings> {
  const { systemDirectory } = options;
  const names = options.names?.(host) ?? [host];
  const { user, system } = listConfFolders(options);
  const docker = systemDirectory === undefined ? undefined : join(systemDirectory, 'docker');
  const parents = [user, system, docker].filter((folder) => folder !== undefined);
  const certs = await readCertsFolder(parents.flatMap((parent) => names.map((name) => join(parent, 'certs.d', name))));
  const containerd = systemDirectory === undefined ? [] : names.flatMap((name) => listTomlPaths(systemDirectory, name));
  const toml = await readHostsToml(containerd, host);
  return [certs, toml, toInsecure(await readConf(), names)].reduce((all, next) => joinSettings(all, next));
}

/** containerd looks for `host:port`, and for `host_port_` where a colon cannot be part of a name. */
function listTomlPaths(systemDirectory: string, name: string): readonly string[] {
  const parent = join(systemDirectory, 'containerd', 'certs.d');
  const folders = [...new Set([name.replace(/:(\d+)$/, '_$1_'), name])];
  return folders.map((folder) => join(parent, folder, 'hosts.toml'));
}

/** Only an entry for a whole host can say how to connect to it. */
function toInsecure(entries: readonly RegistryEntry[], names: readonly string[]): HostSettings {
  const entry = names.map((name) => findRegistryEntry(entries, name)).find((found) => found?.insecure === true);
  if (entry === undefined) return NO_SETTINGS;
  return { authorities: [], skipVerify: true, mayBePlain: true, sources: [entry.path] };
}
