import { join } from 'node:path';
import { checkPem, getHostFile, listFolder, toInvalidHostFile } from './host-file.ts';
import { type ClientPair, type HostSettings, NO_SETTINGS } from './host-settings.ts';

/**
 * What the first of `folders` holds for a host that is there (containers-certs.d(5)): `*.crt` are authorities, `X.cert`
 * with `X.key` is a certificate to show. Throws HOST_FILE_INVALID for half a pair: without it the registry would refuse
 * us and nobody would know why.
 */
export async function readCertsFolder(folders: readonly string[]): Promise<HostSettings> {
  for (const folder of folders) {
    const names = await listFolder(folder);
    if (names !== undefined) return readFolder(folder, names);
  }
  return NO_SETTINGS;
}

async function readFolder(folder: string, names: readonly string[]): Promise<HostSettings> {
  checkPairs(folder, names);
  const authorities: string[] = [];
  for (const name of names.filter((each) => each.endsWith('.crt'))) {
    authorities.push(await read(folder, name, 'CERTIFICATE'));
  }
  const pair = names.find((each) => each.endsWith('.cert'));
  const client = pair === undefined ? undefined : await readPair(folder, pair);
  if (authorities.length === 0 && client === undefined) return NO_SETTINGS;
  return { authorities, ...(client === undefined ? {} : { client }), sources: [folder] };
}

function checkPairs(folder: string, names: readonly string[]): void {
  for (const name of names) {
    const other = findOther(name);
    if (other === undefined || names.includes(other)) continue;
    throw toInvalidHostFile(join(folder, name), `there is no ${other} beside it`, `add ${other}, or remove ${name}`);
  }
}

function findOther(name: string): string | undefined {
  if (name.endsWith('.cert')) return name.replace(/\.cert$/, '.key');
  return name.endsWith('.key') ? name.replace(/\.key$/, '.cert') : undefined;
}

async function readPair(folder: string, name: string): Promise<ClientPair> {
  return {
    certificate: await read(folder, name, 'CERTIFICATE'),
    key: await read(folder, name.replace(/\.cert$/, '.key'), 'PRIVATE KEY'),
  };
}

async function read(folder: string, name: string, kind: 'CERTIFICATE' | 'PRIVATE KEY'): Promise<string> {
  const path = join(folder, name);
  return checkPem(await getHostFile(path, folder), path, kind);
}
