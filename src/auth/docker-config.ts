import { cleanText } from '../errors/redact.ts';
import { toInvalidCredentials } from './config-error.ts';
import { type Credentials, toCredentials } from './credentials.ts';
import { findNamespace, isSameHost, rankKey, trimEnd } from './registry-key.ts';

/** A docker config as far as credentials go. Entries are checked when they are used: a broken one must not hurt others. */
export interface DockerConfig {
  /** How errors name the file or variable. */
  readonly place: string;
  readonly auths: ReadonlyMap<string, unknown>;
  readonly helpers: ReadonlyMap<string, unknown>;
  readonly store: unknown;
  /** `HttpHeaders` as it stands. */
  readonly headers: unknown;
}

/** Reads the text of a docker `config.json` (docker/cli `cli/config`). Throws CREDENTIALS_INVALID naming `place`. */
export function parseDockerConfig(text: string, place: string): DockerConfig {
  const document = parseObject(text, place);
  return {
    place,
    auths: toMap(document.auths, 'auths', place),
    helpers: toMap(document.credHelpers, 'credHelpers', place),
    store: document.credsStore,
    headers: document.HttpHeaders,
  };
}

/** Reads the text of a `.dockercfg`: an object that holds what `auths` does, and no more. Throws as the other. */
export function parseDockercfg(text: string, place: string): DockerConfig {
  const auths = new Map(Object.entries(parseObject(text, place)));
  return { place, auths, helpers: new Map(), store: undefined, headers: undefined };
}

function parseObject(text: string, place: string): Readonly<Record<string, unknown>> {
  const document = parseJson(text.replace(/^\uFEFF/, ''), place);
  if (isRecord(document)) return document;
  throw toInvalidCredentials(place, 'it is not a JSON object', `correct ${place}, or move it away and log in again`);
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw toInvalidCredentials(place, 'it is not valid JSON', `correct ${place}, or move it away and log in again`);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toMap(value: unknown, name: string, place: string): ReadonlyMap<string, unknown> {
  if (value === undefined || value === null) return new Map();
  if (!isRecord(value))
    throw toInvalidCredentials(place, `\`${name}\` is not an object`, `correct \`${name}\` in ${place}`);
  return new Map(Object.entries(value));
}

/**
 * The helper that holds the credentials of a registry: the one for exactly this host before the general one. An empty
 * name means that the file itself holds them. Undefined when there is none.
 */
export function findHelper(config: DockerConfig, registry: string): string | undefined {
  const own = [...config.helpers].find(([key]) => isSameHost(key, registry));
  const name = own === undefined ? config.store : own[1];
  if (name === undefined || name === null || name === '') return undefined;
  if (typeof name === 'string') return name;
  throw toInvalidCredentials(
    config.place,
    'the name of a credential helper is not text',
    `correct \`credsStore\` and \`credHelpers\` in ${config.place}`,
  );
}

/**
 * The credentials in the file itself for a repository: those of the longest path that it lies below, else those of the
 * host. Undefined when it has none, or only the mark that a helper has them (`{}`).
 */
export function findEntry(config: DockerConfig, registry: string, path = ''): Credentials | undefined {
  const fitting = [...config.auths].flatMap(([key, value]) => {
    const rank = rankKey(key, registry, path);
    return rank === undefined ? [] : [{ key, value, rank }];
  });
  const [entry] = fitting.sort((a, b) => b.rank - a.rank);
  if (entry === undefined) return undefined;
  const { key, value } = entry;
  const problem = (text: string): Error =>
    toInvalidCredentials(
      config.place,
      `the entry of ${cleanText(key, 200)} ${text}`,
      `log in again with \`docker login ${registry}\``,
    );
  if (!isRecord(value)) throw problem('is not an object');
  const part = findNamespace(key) === '' ? '' : ` for ${cleanText(key, 200)}`;
  return toEntry(value, `credentials from ${config.place}${part}`, problem);
}

type Problem = (text: string) => Error;

function toEntry(entry: Readonly<Record<string, unknown>>, source: string, problem: Problem): Credentials | undefined {
  const read = (name: string): string => {
    const value = entry[name] ?? '';
    if (typeof value !== 'string') throw problem(`has a \`${name}\` that is not text`);
    return value;
  };
  const registryToken = read('registrytoken');
  if (registryToken !== '') return { kind: 'registry-token', token: registryToken, source };
  const identityToken = read('identitytoken');
  if (identityToken !== '') return { kind: 'identity-token', token: identityToken, source };
  const [username, password] =
    read('auth') === '' ? [read('username'), read('password')] : decodeAuth(read('auth'), problem);
  return username === '' ? undefined : toCredentials(username, password, source);
}

/** `auth` is base64 of `user:password`; the password may hold colons, and old tools padded it with NULs. */
function decodeAuth(auth: string, problem: Problem): readonly [string, string] {
  const compact = auth.replaceAll(/\s/g, '');
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(compact);
  const text = isBase64 ? Buffer.from(compact, 'base64').toString('utf8') : '';
  const colon = text.indexOf(':');
  if (colon <= 0) throw problem('has an `auth` that is not the base64 of user:password');
  return [text.slice(0, colon), trimEnd(text.slice(colon + 1), '\0')];
}
