const HUB = 'docker.io';
const HUB_KEYS: ReadonlySet<string> = new Set([HUB, 'index.docker.io', 'registry-1.docker.io']);

/** What docker writes for Docker Hub, and what helpers are asked for. */
export const HUB_SERVER = 'https://index.docker.io/v1/';

/** The name to ask a credential helper for. */
export function toServerName(registry: string): string {
  return registry === HUB ? HUB_SERVER : registry;
}

/** True when `key`, as files name registries, is exactly `registry`. */
export function isSameKey(key: string, registry: string): boolean {
  return key.toLowerCase() === toServerName(registry) || key.toLowerCase() === registry;
}

/** True when `key` is for the host `registry`, without regard to scheme and path (docker/cli `ConvertToHostname`). */
export function isSameHost(key: string, registry: string): boolean {
  const host = (
    key
      .toLowerCase()
      .replace(/^https?:\/\//, '')
      .split('/', 1)[0] ?? ''
  ).trim();
  return host === registry.toLowerCase() || (registry === HUB && HUB_KEYS.has(host));
}

/**
 * How well `key` fits the repository `path` of `registry`; the highest wins, undefined when it does not fit. A key of a
 * path, `host/ns` or `host/ns/repo`, is for what lies below it; one with a scheme, as docker writes it, is for its whole
 * host (containers-auth.json(5), c/image `normalizeAuthFileKey`).
 */
export function rankKey(key: string, registry: string, path: string): number | undefined {
  if (!isSameHost(key, registry)) return undefined;
  const namespace = findNamespace(key);
  if (namespace === '') return isSameKey(key, registry) ? 1 : 0;
  return `${path}/`.startsWith(`${namespace}/`) ? 1 + namespace.length : undefined;
}

/** The path in a key; empty when it is for a whole host. */
export function findNamespace(key: string): string {
  if (/^https?:\/\//i.test(key)) return '';
  const path = trimEnd(key.replace(/^[^/]*\/?/, ''), '/');
  // What docker wrote before it had registries by host: the version of the API.
  return /^v[12]$/.test(path) ? '' : path;
}

/** `text` without `character` at its end. A pattern would look for the end of every run of it. */
export function trimEnd(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end -= 1;
  return text.slice(0, end);
}
