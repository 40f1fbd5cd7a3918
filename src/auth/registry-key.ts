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
