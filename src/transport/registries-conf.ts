import { readHostFile, toInvalidHostFile } from './host-file.ts';
import { isTable, readFlag, readText, readToml, type Table } from './read-toml.ts';

/** What `registries.conf` says of some repositories. */
export interface RegistryEntry {
  /** A host, a host and a path, or `*.` and a domain. */
  readonly prefix: string;
  readonly insecure: boolean;
  readonly blocked: boolean;
}

export interface RegistriesConf {
  readonly path: string;
  readonly entries: readonly RegistryEntry[];
}

/** The first of `paths` that is there (containers-registries.conf(5), version 2); undefined when none is. */
export async function readRegistriesConf(paths: readonly string[]): Promise<RegistriesConf | undefined> {
  for (const path of paths) {
    const text = await readHostFile(path);
    if (text !== undefined) return { path, entries: listEntries(await readToml(text, path), path) };
  }
  return undefined;
}

function listEntries({ registry = [] }: Table, path: string): readonly RegistryEntry[] {
  if (!Array.isArray(registry) || !registry.every(isTable)) {
    throw toInvalidHostFile(path, 'registry is not a list of tables', 'write [[registry]]');
  }
  return registry.map((entry) => ({
    prefix: (readText(entry, 'prefix', path) ?? readText(entry, 'location', path) ?? '').toLowerCase(),
    insecure: readFlag(entry, 'insecure', path) ?? false,
    blocked: readFlag(entry, 'blocked', path) ?? false,
  }));
}

/** The entry for `name`, a host or `host/path`: the one with the longest prefix. */
export function findRegistryEntry(conf: RegistriesConf | undefined, name: string): RegistryEntry | undefined {
  const fitting = (conf?.entries ?? []).filter(({ prefix }) => isBelow(prefix, name.toLowerCase()));
  return fitting.sort((a, b) => b.prefix.length - a.prefix.length)[0];
}

function isBelow(prefix: string, name: string): boolean {
  if (prefix.startsWith('*.')) return (name.split('/', 1)[0] ?? '').replace(/:\d+$/, '').endsWith(prefix.slice(1));
  return prefix !== '' && `${name}/`.startsWith(`${prefix}/`);
}
