import { HUB, HUB_HOSTS, looksLikeHost, parseHost } from './host.ts';
import { assertPlainText, invalid } from './reference-text.ts';

/**
 * Where images live. `registry` is the canonical `host[:port]` (`docker.io` for Docker Hub); `path` is complete, with
 * `library/` filled in.
 */
export interface Repository {
  readonly registry: string;
  readonly path: string;
}

const MAX_PATH_CHARS = 255;
const MAX_NAME_CHARS = 600;
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const OFFICIAL = 'library/';

/**
 * The repository in `text`, as `ghcr.io/acme/api` or `redis` (distribution/reference v0.6). Throws REFERENCE_INVALID,
 * also when a tag or digest is present.
 */
export function parseRepository(text: string): Repository {
  assertPlainText(text);
  if (text.includes('@')) throw invalid(text, 'a digest is not allowed here', 'remove @ and what follows');
  if (hasTag(text)) throw invalid(text, 'a tag is not allowed here', 'remove the last : and what follows');
  return parseName(text, text);
}

/** Internal to `oci/`: the name part of a reference; `whole` is what errors quote. */
export function parseName(name: string, whole: string): Repository {
  if (name === '') throw invalid(whole, 'the repository is missing', 'write it as registry/repository:tag');
  if (name.length > MAX_NAME_CHARS)
    throw invalid(whole, 'the name is too long', `at most ${MAX_PATH_CHARS} characters`);
  if (/^[a-f0-9]{64}$/.test(name) && name === whole) {
    throw invalid(whole, 'it looks like an image id', 'name a repository; for a digest write repository@sha256:…');
  }
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  if (!looksLikeHost(first)) return toRepository(HUB, name, whole);
  const parsed = parseHost(first);
  if ('reason' in parsed) throw invalid(whole, parsed.reason);
  return toRepository(parsed.host, name.slice(slash + 1), whole);
}

function toRepository(registry: string, path: string, whole: string): Repository {
  const full = registry === HUB && !path.includes('/') ? `${OFFICIAL}${path}` : path;
  const problem = describeBadPath(path, full);
  if (problem !== undefined) throw invalid(whole, ...problem);
  return { registry, path: full };
}

function describeBadPath(path: string, full: string): readonly [string, string?] | undefined {
  if (full.length > MAX_PATH_CHARS) return [`the repository has more than ${MAX_PATH_CHARS} characters`];
  if (path !== path.toLowerCase())
    return ['the repository must be in lower case', `did you mean ${path.toLowerCase()}`];
  const wrong = path.split('/').find((component) => !PATH_COMPONENT.test(component));
  if (wrong === undefined) return undefined;
  if (wrong === '') return ['a part of the repository is empty', 'remove the extra /'];
  return [`"${wrong}" is not a valid part of a repository`, 'letters a-z, digits, and single . _ or - between them'];
}

/** `docker.io/library/redis`: complete and canonical; {@link parseRepository} reads it back. */
export function formatRepository(repository: Repository): string {
  return `${repository.registry}/${repository.path}`;
}

/** `redis`: as short as Docker prints it, where that still means the same repository. */
export function formatFamiliarRepository(repository: Repository): string {
  const { registry, path } = repository;
  if (registry !== HUB) return formatRepository(repository);
  const short = path.startsWith(OFFICIAL) ? path.slice(OFFICIAL.length) : path;
  if (!short.includes('/') && path !== short) return /^[a-f0-9]{64}$/.test(short) ? path : short;
  return path.includes('/') && !looksLikeHost(path.slice(0, path.indexOf('/'))) ? path : formatRepository(repository);
}

/** True for the same place over https: the case of the host and the port 443 do not matter. */
export function isSameRepository(a: Repository, b: Repository): boolean {
  return a.path === b.path && (a.registry === b.registry || toHostKey(a.registry) === toHostKey(b.registry));
}

/** Equal for hosts that are the same over https: the case and the port 443 do not matter. */
function toHostKey(host: string): string {
  const lower = host.toLowerCase();
  const bare = isLoopback(lower) ? lower : lower.replace(/:443$/, '');
  return HUB_HOSTS.has(bare) ? HUB : bare;
}

/** Equal text exactly where {@link isSameRepository} is true; a key for maps over many repositories. */
export function toRepositoryKey(repository: Repository): string {
  return `${toHostKey(repository.registry)}/${repository.path}`;
}

/** True when `text` can be a tag; its case matters. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** Internal to `oci/`: true when a `:` follows the last `/`. */
export function hasTag(name: string): boolean {
  return name.lastIndexOf(':') > name.lastIndexOf('/');
}

/** True for this machine: `localhost`, 127.0.0.0/8 and `[::1]`, with any port. */
export function isLoopback(registry: string): boolean {
  return /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?$/i.test(registry);
}
