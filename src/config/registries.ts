import { isAbsolute, resolve } from 'node:path';
import { cleanText } from '../errors/redact.ts';
import { looksLikeHost, parseHost } from '../oci/host.ts';
import type { RegistryAuth, RegistrySettings } from '../registry/settings.ts';
import type { DiagnosticCode } from './diagnostic-codes.ts';
import type { Findings, Place } from './findings.ts';
import { type Cursor, descend, placeOfKey } from './node.ts';
import { quote } from './scalar-text.ts';
import type { RegistryInput } from './schema/registry-schema.ts';
import { findOrigin } from './source-file.ts';

/** The key of `registries` that stands for every host without a key of its own. */
export const EVERY_HOST = '*';

/** Settings of one registry, and where they are written. */
export interface WrittenSettings {
  readonly host: string;
  readonly settings: RegistrySettings;
  /** At the host. */
  readonly where: Place;
  /** At the settings. */
  readonly cursor: Cursor;
}

/** What holds for `registry`: its own settings, else those of `*`; the two are not mixed. */
export function settingsFor(settings: ReadonlyMap<string, RegistrySettings>, registry: string): RegistrySettings {
  return settings.get(registry) ?? settings.get(EVERY_HOST) ?? {};
}

/** The sound entries of `registries`, by canonical host. `cursor` is at the mapping. */
export function listRegistries(
  registries: Readonly<Record<string, RegistryInput>>,
  cursor: Cursor,
  findings: Findings,
): readonly WrittenSettings[] {
  return Object.entries(registries).flatMap(([key, input]) => {
    const where = placeOfKey(cursor, key);
    const host = readHost(key, where, findings);
    const entry: Entry = { input, cursor: descend(cursor, key), isEveryHost: host === EVERY_HOST, findings };
    for (const check of [checkTransport, checkWrites, checkClientPair, checkMirrors, checkAuth]) check(entry);
    return host === undefined ? [] : [{ host, settings: toSettings(entry), where, cursor: entry.cursor }];
  });
}

/** Puts the settings of all files together; a host with two different ones is reported, with both places. */
export function joinRegistries(
  written: readonly WrittenSettings[],
  findings: Findings,
): ReadonlyMap<string, WrittenSettings> {
  const first = new Map<string, WrittenSettings>();
  for (const each of written) {
    const other = first.get(each.host);
    if (other === undefined) {
      first.set(each.host, each);
    } else if (other.where.node.file === each.where.node.file || !isSameSettings(other.settings, each.settings)) {
      const { file, line } = findOrigin(other.where.node);
      const message = `${cleanText(each.host)} already has settings in ${file}:${line}`;
      findings.error({ code: 'duplicate-registry', where: each.where, message, hint: 'keep one of the two' });
    }
  }
  return first;
}

function isSameSettings(a: RegistrySettings, b: RegistrySettings): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function readHost(key: string, where: Place, findings: Findings): string | undefined {
  if (key === EVERY_HOST) return EVERY_HOST;
  const parsed = parseHost(key);
  if ('host' in parsed && looksLikeHost(parsed.host)) return parsed.host;
  findings.error({
    code: 'invalid-host',
    where,
    message: `${quote(key)} is not the host of a registry`,
    hint: describeHostHint(key),
  });
  return undefined;
}

function describeHostHint(key: string): string {
  if (/^[a-z]+:\/\//i.test(key)) return 'write the host without https:// or http://; plain http is  plainHttp: true';
  if (key.includes('/')) return 'write the host alone, as in ghcr.io or registry.lan:5000';
  if (key.includes('*')) return 'only a lone "*" stands for other hosts';
  return 'a host has a dot, a port, or is localhost, as in ghcr.io or registry.lan:5000';
}

interface Entry {
  readonly input: RegistryInput;
  readonly cursor: Cursor;
  readonly isEveryHost: boolean;
  readonly findings: Findings;
}

function checkTransport({ input, cursor, isEveryHost, findings }: Entry): void {
  for (const key of ['plainHttp', 'insecureSkipVerify'] as const) {
    if (!isEveryHost || input[key] !== true) continue;
    const message = `${key} under "*" leaves every host without a key of its own unprotected, public ones included`;
    findings.warn({ code: 'unprotected-hosts', where: placeOfKey(cursor, key), message, hint: 'name the hosts' });
  }
  if (input.plainHttp !== true) return;
  for (const key of ['ca', 'clientCert', 'insecureSkipVerify'] as const) {
    if (input[key] === undefined || input[key] === false) continue;
    const message = `plainHttp and ${key} exclude each other`;
    findings.error({
      code: 'conflicting-settings',
      where: placeOfKey(cursor, key),
      message,
      hint: 'plain http has no certificates',
    });
  }
}

function checkWrites({ input, cursor, findings }: Entry): void {
  if (input.readOnly !== true || input.deletes !== 'tag') return;
  findings.error({
    code: 'conflicting-settings',
    where: placeOfKey(cursor, 'deletes'),
    message: 'readOnly and  deletes: tag  exclude each other',
    hint: 'a registry that is only read deletes nothing',
  });
}

function checkClientPair({ input, cursor, isEveryHost, findings }: Entry): void {
  const given = (['clientCert', 'clientKey'] as const).filter((key) => input[key] !== undefined);
  const [key] = given;
  if (key === undefined) return;
  const where = placeOfKey(cursor, key);
  if (given.length === 1) {
    const message = 'clientCert and clientKey go together';
    findings.error({ code: 'incomplete-auth', where, message, hint: 'name the file of the other one too' });
  } else if (isEveryHost) {
    const message = `${key} under "*" would show the certificate to every host that an image names`;
    findings.error({ code: 'conflicting-settings', where, message, hint: 'name the host that it is for' });
  }
}

function checkMirrors({ input, cursor, isEveryHost, findings }: Entry): void {
  if (input.mirrors === undefined || !isEveryHost) return;
  const message = 'mirrors under "*" would be asked for what every host has';
  const hint = 'name the host that they are mirrors of';
  findings.error({ code: 'conflicting-settings', where: placeOfKey(cursor, 'mirrors'), message, hint });
}

function checkAuth({ input, cursor, isEveryHost, findings }: Entry): void {
  const { auth } = input;
  if (auth === undefined) return;
  const where = descend(cursor, 'auth');
  const report = (code: DiagnosticCode, message: string, hint: string): void =>
    findings.error({ code, where, message, hint });
  const isGiven = (key: keyof typeof auth): boolean => where.node.kind === 'map' && where.node.entries.has(key);
  const hasPair = isGiven('usernameEnv') || isGiven('passwordEnv');
  if (hasPair && isGiven('helper')) {
    report('incomplete-auth', 'helper and usernameEnv with passwordEnv exclude each other', 'keep one way to log in');
  } else if (hasPair && !(isGiven('usernameEnv') && isGiven('passwordEnv'))) {
    report('incomplete-auth', 'usernameEnv and passwordEnv go together', 'name both environment variables');
  } else if (!hasPair && !isGiven('helper')) {
    report(
      'incomplete-auth',
      'auth names no credentials',
      'give usernameEnv and passwordEnv, or helper; without auth, the Docker configuration counts',
    );
  }
  if (hasPair && isEveryHost) {
    const hint = 'name the host that the credentials belong to';
    report('conflicting-settings', 'credentials under "*" would go to every host that an image names', hint);
  }
}

function toSettings({ input, cursor, findings }: Entry): RegistrySettings {
  const { auth: _auth, ca, clientCert, clientKey, trustedRealms, mirrors, ...plain } = input;
  const auth = toAuth(input.auth);
  const { directory } = cursor.node.file;
  const paths = Object.entries({ ca, clientCert, clientKey }).flatMap(([key, path]) =>
    path === undefined ? [] : [[key, isAbsolute(path) ? path : resolve(directory, path)] as const],
  );
  const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
  return {
    ...given,
    ...Object.fromEntries(paths),
    ...(auth === undefined ? {} : { auth }),
    ...(mirrors === undefined ? {} : { mirrors: readHosts(mirrors, descend(cursor, 'mirrors'), findings) }),
    ...(trustedRealms === undefined
      ? {}
      : { trustedRealms: readHosts(trustedRealms, descend(cursor, 'trustedRealms'), findings) }),
  };
}

function readHosts(hosts: readonly string[], cursor: Cursor, findings: Findings): readonly string[] {
  return hosts.flatMap((text, index) => {
    const parsed = parseHost(text);
    if ('host' in parsed) return [parsed.host];
    const where = descend(cursor, index);
    findings.error({
      code: 'invalid-host',
      where,
      message: `${quote(text)} is not a host`,
      hint: describeHostHint(text),
    });
    return [];
  });
}

function toAuth(auth: RegistryInput['auth']): RegistryAuth | undefined {
  if (auth?.helper !== undefined) return { kind: 'helper', helper: auth.helper };
  if (auth?.usernameEnv === undefined || auth.passwordEnv === undefined) return undefined;
  return { kind: 'env', usernameEnv: auth.usernameEnv, passwordEnv: auth.passwordEnv };
}
