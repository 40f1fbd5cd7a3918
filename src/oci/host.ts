const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const HOST_AND_PORT = new RegExp(`^(${LABEL}(?:\\.${LABEL})*|\\[[a-fA-F0-9:]+\\])(?::([0-9]+))?$`);
const MAX_HOST_CHARS = 253 + ':65535'.length;
const MAX_PORT = 65_535;

/** Every name of Docker Hub; the whole host must be equal, so that `docker.io.evil.example` is not Docker Hub. */
export const HUB_HOSTS: ReadonlySet<string> = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);

/** The canonical name of Docker Hub. */
export const HUB = 'docker.io';

/** True when the first part of a name can only be a host (distribution/reference `splitDockerDomain`). */
export function looksLikeHost(component: string): boolean {
  return component === 'localhost' || /[.:]/.test(component) || component !== component.toLowerCase();
}

/** The canonical host, or `reason` why the text is not one, as the end of a sentence. */
export type ParsedHost = { readonly host: string } | { readonly reason: string };

/**
 * Reads `host[:port]`. The canonical form is in lower case, IPv6 as short as it gets, the names of Docker Hub as
 * `docker.io`; a port stays as written. A host of one label with a capital keeps its case, because only the case tells
 * it from a path component. Refused is also what a URL parser would read as another host (`127.1`, `0x7f.1`), and an
 * IPv4 address in IPv6 clothes (`[::ffff:7f00:1]`).
 */
export function parseHost(text: string): ParsedHost {
  const [, name, port] = text.length <= MAX_HOST_CHARS ? (HOST_AND_PORT.exec(text) ?? []) : [];
  if (name === undefined) return { reason: describeBadHost(text) };
  if (port !== undefined && !isPort(port)) return { reason: `"${port}" is not a port from 1 to ${MAX_PORT}` };
  const canonical = findCanonicalName(name);
  if (canonical === undefined) return { reason: `"${name}" is not a host name or address` };
  const host = port === undefined ? canonical : `${canonical}:${port}`;
  return { host: HUB_HOSTS.has(host) ? HUB : host };
}

function isPort(text: string): boolean {
  return /^[1-9][0-9]{0,4}$/.test(text) && Number(text) <= MAX_PORT;
}

function findCanonicalName(name: string): string | undefined {
  const lower = name.toLowerCase();
  const url = `https://${lower}/`;
  if (!URL.canParse(url)) return undefined;
  const { hostname } = new URL(url);
  if (name.startsWith('[')) return hostname.startsWith('[::ffff:') ? undefined : hostname;
  if (hostname !== lower) return undefined;
  return looksLikeHost(lower) ? lower : name;
}

function describeBadHost(text: string): string {
  if (/^[a-fA-F0-9:]+$/.test(text) && text.indexOf(':') !== text.lastIndexOf(':')) {
    return 'an IPv6 address needs brackets, as in [2001:db8::1]:5000/repo';
  }
  if (text.includes('%')) return 'an IPv6 zone cannot be part of a reference';
  if (text.startsWith('[')) return 'the IPv6 address in brackets is not valid';
  return `"${text.slice(0, 80)}" is not a host name`;
}
