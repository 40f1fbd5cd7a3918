import { BlockList, isIP } from 'node:net';
import { PlaitError } from '../errors/plait-error.ts';
import { isLoopback } from '../oci/repository.ts';

/** Tells for each URL which proxy leads to it; undefined for none. */
export type ProxyFinder = (url: URL) => URL | undefined;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxies of the environment: `HTTPS_PROXY` for https, `HTTP_PROXY` for http, `ALL_PROXY` where that one is not set,
 * but for hosts that `NO_PROXY` lists; each in lower case first, and none where it is set and empty. This machine is
 * always reached directly. A proxy that cannot be used is reported when it is wanted, without its text: it may hold a
 * password.
 */
export function createProxyFinder(environment: Environment): ProxyFinder {
  const isDirect = createNoProxy(find(environment, 'no_proxy')?.value ?? '');
  return (url) => {
    const own = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
    const variable = find(environment, own) ?? find(environment, 'all_proxy');
    if (variable === undefined || variable.value === '' || isLoopback(url.host) || isDirect(url)) return undefined;
    return parseProxy(variable, own.toUpperCase());
  };
}

interface Variable {
  readonly name: string;
  readonly value: string;
}

/** The variable in lower case, else in upper case; undefined when neither is set. */
function find(environment: Environment, lowerCase: string): Variable | undefined {
  for (const name of [lowerCase, lowerCase.toUpperCase()]) {
    const value = environment[name];
    if (value !== undefined) return { name, value: value.trim() };
  }
  return undefined;
}

/** `instead` is the variable that comes first. */
function parseProxy({ name, value }: Variable, instead: string): URL {
  const text = value.includes('://') ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.hostname !== '') return url;
  if (/^socks/i.test(text)) {
    throw new PlaitError(
      'PROXY_FAILED',
      `${name} names a SOCKS proxy, and Plait speaks only with http and https ones`,
      {
        hint: `set ${instead}=http://host:port for Plait, or list the registry in NO_PROXY to reach it directly`,
      },
    );
  }
  throw new PlaitError('PROXY_FAILED', `${name} does not name an http or https proxy`, {
    hint: `write ${name}=http://host:port, or list the registry in NO_PROXY to reach it directly`,
  });
}

/**
 * True for URLs that an entry of `NO_PROXY` names: `*`, a host and all below it, with or without a dot or `*.` in front,
 * an address, a range of them such as `10.0.0.0/8`, each with a port or for all of them.
 */
function createNoProxy(list: string): (url: URL) => boolean {
  const tests = list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map((entry) => createTest(entry.toLowerCase()));
  return (url) => tests.some((test) => test(url.hostname.replace(/^\[|\]$/g, ''), portOf(url)));
}

function portOf(url: URL): string {
  return url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
}

type HostTest = (host: string, port: string) => boolean;

function createTest(entry: string): HostTest {
  if (entry === '*') return () => true;
  const range = parseRange(entry);
  if (range !== undefined) return (host) => isIP(host) !== 0 && range.check(host, familyOf(host));
  const [, name = entry, wanted] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  const bare = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '');
  return (host, port) =>
    (wanted ?? port) === port && (host === bare || (isIP(host) === 0 && host.endsWith(`.${bare}`)));
}

function parseRange(entry: string): BlockList | undefined {
  const [, address = '', bits = ''] = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(entry) ?? [];
  if (isIP(address) === 0 || Number(bits) > (isIP(address) === 4 ? 32 : 128)) return undefined;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), familyOf(address));
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
