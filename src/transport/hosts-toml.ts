import { dirname, resolve } from 'node:path';
import { checkPem, getHostFile, readHostFile, toInvalidHostFile } from './host-file.ts';
import { type ClientPair, type HostSettings, NO_SETTINGS } from './host-settings.ts';
import { isTable, readFlag, readText, readToml, type Table } from './read-toml.ts';

/**
 * What the first of `paths` that is there says of `host` (containerd `docs/hosts.md`): `server`, `ca`, `client` and
 * `skip_verify` at the top, or in the section of that very server. Sections of other hosts, which are mirrors, and all
 * other keys have no effect.
 */
export async function readHostsToml(paths: readonly string[], host: string): Promise<HostSettings> {
  for (const path of paths) {
    const text = await readHostFile(path);
    if (text !== undefined) return toSettings(await readToml(text, path), path, host);
  }
  return NO_SETTINGS;
}

async function toSettings(table: Table, path: string, host: string): Promise<HostSettings> {
  const server = readServer(table, path);
  const own = { ...table, ...findSection(table, server?.host ?? host) };
  const skipVerify = readFlag(own, 'skip_verify', path);
  const client = await readClient(own.client, path);
  const authorities: string[] = [];
  for (const name of listTexts(own.ca, 'ca', path)) authorities.push(await read(name, path, 'CERTIFICATE'));
  return {
    authorities,
    ...(client === undefined ? {} : { client }),
    ...(skipVerify === undefined ? {} : { skipVerify }),
    ...(server === undefined ? {} : { server }),
    sources: [path],
  };
}

function readServer(table: Table, path: string): URL | undefined {
  const text = readText(table, 'server', path);
  if (text === undefined || text === '') return undefined;
  const url = toUrl(text);
  const isOrigin = url !== undefined && /^\/(?:v2\/?)?$/.test(url.pathname) && url.search === '' && url.username === '';
  if (isOrigin && /^https?:$/.test(url.protocol)) return new URL('/', url);
  throw toInvalidHostFile(path, 'server is not the address of a registry, as in https://registry.example');
}

function findSection(table: Table, host: string): Table {
  const sections = isTable(table.host) ? Object.entries(table.host) : [];
  const own = sections.find(([key]) => toUrl(key)?.host === host)?.[1];
  return isTable(own) ? own : {};
}

function toUrl(text: string): URL | undefined {
  const whole = text.includes('://') ? text : `https://${text}`;
  return URL.canParse(whole) ? new URL(whole) : undefined;
}

/** One file with both, a list of such files, or a list of pairs; the first counts. */
async function readClient(value: unknown, path: string): Promise<ClientPair | undefined> {
  if (value === undefined) return undefined;
  const first: unknown = Array.isArray(value) ? value[0] : value;
  const [certificate, key = certificate] = listTexts(first, 'client', path);
  if (certificate === undefined || key === undefined) return undefined;
  const pair = { certificate: await read(certificate, path, 'CERTIFICATE'), key: await read(key, path, 'PRIVATE KEY') };
  return pair;
}

function listTexts(value: unknown, key: string, path: string): readonly string[] {
  const list: readonly unknown[] = value === undefined ? [] : Array.isArray(value) ? value : [value];
  if (list.every((each) => typeof each === 'string')) return list;
  throw toInvalidHostFile(path, `${key} does not name files`);
}

async function read(name: string, path: string, kind: 'CERTIFICATE' | 'PRIVATE KEY'): Promise<string> {
  const file = resolve(dirname(path), name);
  return checkPem(await getHostFile(file, path), file, kind);
}
