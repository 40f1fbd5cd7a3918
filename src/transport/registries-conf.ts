import { join } from 'node:path';
import { listFolder, readHostFile, toInvalidHostFile } from './host-file.ts';
import { isTable, readFlag, readText, readToml, type Table } from './read-toml.ts';

/** What a `[[registry]]` of `registries.conf` says of some repositories. */
export interface RegistryEntry {
  /** A host, a host and a path, or `*.` and a domain. */
  readonly prefix: string;
  /** Not set by an entry that sends its readers to another host: it speaks of that one. */
  readonly insecure: boolean;
  readonly blocked: boolean;
  /** Where copies of the content are, to be had by digest: a host, or a host and a path, for what follows the prefix. */
  readonly mirrors: readonly string[];
  /** The file it is from. */
  readonly path: string;
}

/** The folders that may hold `registries.conf` and `registries.conf.d`. */
export interface ConfFolders {
  readonly user: string;
  /** Undefined for none. */
  readonly system: string | undefined;
}

const FILE = 'registries.conf';

/**
 * What the files of both folders say together, one entry for each prefix (containers-registries.conf(5), version 2). The
 * file of the user stands for all that the system says. Then come the drop-ins, `*.conf` in the order of their names, the
 * system's before the user's; a later file replaces what an earlier one says of a prefix, and within a file the first
 * counts. Throws HOST_FILE_INVALID for a file that cannot be used.
 */
export async function readRegistriesConf({ user, system }: ConfFolders): Promise<readonly RegistryEntry[]> {
  const own = await readEntries(join(user, FILE));
  const paths = own !== undefined || system === undefined ? [] : [join(system, FILE), ...(await listDropIns(system))];
  const entries = new Map((own ?? []).map((entry) => [entry.prefix, entry]));
  for (const path of [...paths, ...(await listDropIns(user))]) {
    for (const entry of (await readEntries(path)) ?? []) entries.set(entry.prefix, entry);
  }
  return [...entries.values()];
}

async function listDropIns(folder: string): Promise<readonly string[]> {
  const parent = join(folder, `${FILE}.d`);
  const names = (await listFolder(parent)) ?? [];
  return names.filter((name) => name.endsWith('.conf')).map((name) => join(parent, name));
}

async function readEntries(path: string): Promise<readonly RegistryEntry[] | undefined> {
  const text = await readHostFile(path);
  if (text === undefined) return undefined;
  const { registry = [] } = await readToml(text, path);
  if (!Array.isArray(registry) || !registry.every(isTable)) {
    throw toInvalidHostFile(path, 'registry is not a list of tables', 'write [[registry]]');
  }
  const entries = registry.map((table, index) => toEntry(table, path, index + 1));
  const prefixes = entries.map(({ prefix }) => prefix);
  return entries.filter(({ prefix }, index) => prefixes.indexOf(prefix) === index);
}

function toEntry(table: Table, path: string, number: number): RegistryEntry {
  const location = readPlace(table, 'location', path);
  const prefix = readPlace(table, 'prefix', path) || location;
  if (prefix === '')
    throw toInvalidHostFile(
      path,
      `[[registry]] number ${number} names no registry`,
      'give it a `prefix` or `location`',
    );
  const isElsewhere = location !== '' && toHost(location) !== toHost(prefix);
  return {
    prefix,
    insecure: readFlag(table, 'insecure', path) === true && !isElsewhere,
    blocked: readFlag(table, 'blocked', path) ?? false,
    mirrors: readMirrors(table, path),
    path,
  };
}

/** Those that may be asked for content by digest. */
function readMirrors({ mirror = [] }: Table, path: string): readonly string[] {
  if (!Array.isArray(mirror) || !mirror.every(isTable)) {
    throw toInvalidHostFile(path, 'registry.mirror is not a list of tables', 'write [[registry.mirror]]');
  }
  return mirror
    .filter((table) => readText(table, 'pull-from-mirror', path) !== 'tag-only')
    .map((table) => readPlace(table, 'location', path))
    .filter((location) => MIRROR.test(location));
}

/** A host, a host and a path, or `*.` and a domain; a path may end in a tag or digest. */
const PLACE = /^(?:\*(?:\.[\w-]+)+|(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d+)?(?:\/[\w.-]+)*(?:[:@][\w.:-]+)?)$/;

/** A place that something can follow: neither a domain nor a single tag. */
const MIRROR = /^[^*/]+(?:\/[^:@]+)?$/;

/** What is written in another form would fit nothing, and what it blocks would be open. */
function readPlace(table: Table, key: string, path: string): string {
  const text = (readText(table, key, path) ?? '').toLowerCase().replace(/\/$/, '');
  if (text === '' || PLACE.test(text)) return text;
  throw toInvalidHostFile(
    path,
    `\`${key}\` of a [[registry]] names no registry or repository`,
    'write host, host:port, host/path or *.domain, without https://',
  );
}

function toHost(place: string): string {
  return place.split('/', 1)[0] ?? '';
}

/**
 * The names, `host/path`, under which mirrors may have the content of `name`, in order. None when it is blocked: then
 * nobody is to have it.
 */
export function listMirrors(entries: readonly RegistryEntry[], name: string): readonly string[] {
  const entry = findRegistryEntry(entries, name);
  if (entry === undefined || entry.blocked) return [];
  const rest = name.slice(entry.prefix.startsWith('*.') ? toHost(name).length : entry.prefix.length);
  return entry.mirrors.map((location) => `${location}${rest}`).filter((mirror) => mirror.includes('/'));
}

/** The entry for `name`, a host or `host/path`: the one with the longest prefix. */
export function findRegistryEntry(entries: readonly RegistryEntry[], name: string): RegistryEntry | undefined {
  const fitting = entries.filter(({ prefix }) => isBelow(prefix, name.toLowerCase()));
  return fitting.sort((a, b) => b.prefix.length - a.prefix.length)[0];
}

function isBelow(prefix: string, name: string): boolean {
  if (prefix.startsWith('*.')) return toHost(name).replace(/:\d+$/, '').endsWith(prefix.slice(1));
  return `${name}/`.startsWith(`${prefix}/`);
}
