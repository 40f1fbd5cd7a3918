import { PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';
import { findHeader, type HttpRequest, type ResponseHeaders } from './message.ts';

/** Off the origin only these headers are sent: an allow-list, so that a new header is private until it is listed. */
const HARMLESS: ReadonlySet<string> = new Set(['accept', 'accept-encoding', 'user-agent', 'range']);
const MAX_REDIRECTS = 10;

/** One request of a chain of redirects. */
export interface Hop {
  readonly url: URL;
  readonly method: HttpRequest['method'];
  readonly sendsBody: boolean;
  /** True once the chain left its origin; it stays true on the way back. */
  readonly crossedOrigin: boolean;
  /** Every URL of the chain up to this one. */
  readonly visited: readonly string[];
}

export function toFirstHop(request: HttpRequest): Hop {
  const { url, method } = request;
  return { url, method, sendsBody: request.body !== undefined, crossedOrigin: false, visited: [url.href] };
}

/** The headers to send on `hop`: everything on the origin, only harmless ones after it was left. */
export function selectHeaders(request: HttpRequest, hop: Hop): Readonly<Record<string, string>> {
  const own = Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  const authorization = request.authorization === undefined ? {} : { authorization: request.authorization };
  if (!hop.crossedOrigin) return { ...Object.fromEntries(own), ...authorization };
  const isKept = (name: string): boolean => HARMLESS.has(name) || (hop.sendsBody && name === 'content-type');
  return Object.fromEntries(own.filter(([name]) => isKept(name)));
}

/**
 * Where a redirect leads, or undefined when the answer is none. Pure. Throws REDIRECT_REFUSED for what must not be
 * followed; whether the address may be connected to is checked when connecting.
 */
export function findNextHop(
  request: HttpRequest,
  hop: Hop,
  answer: { status: number; headers: ResponseHeaders },
): Hop | undefined {
  if (![301, 302, 303, 307, 308].includes(answer.status)) return undefined;
  const location = findHeader(answer.headers, 'location');
  if (location === undefined) throw refuse(request, hop, `a ${answer.status} without Location`);
  const url = resolveLocation(location, hop.url);
  if (url === undefined) throw refuse(request, hop, 'a Location that is not a URL');
  const crossedOrigin = hop.crossedOrigin || url.origin !== hop.url.origin;
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') throw refuseDowngrade(request, hop, url);
  const problem =
    describeBadTarget(url) ??
    describeBadChain(request, hop, url) ??
    describeBadRepeat(request, { ...answer, crossedOrigin });
  if (problem !== undefined) throw refuse(request, hop, problem);
  return { url, method: request.method, sendsBody: hop.sendsBody, crossedOrigin, visited: [...hop.visited, url.href] };
}

/** `location` as an absolute URL without fragment, read as relative to `base`; undefined when it is not one. */
export function resolveLocation(location: string, base: URL): URL | undefined {
  if (!URL.canParse(location, base.href)) return undefined;
  const url = new URL(location, base.href);
  url.hash = '';
  return url;
}

function describeBadTarget(url: URL): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return `to ${shorten(url.protocol)} which is not http or https`;
  if (url.username !== '' || url.password !== '') return `to a URL with a user name at ${shorten(url.host)}`;
  return undefined;
}

/** What a server named may be as long as a header. */
function shorten(text: string): string {
  return cleanText(text, 100);
}

function describeBadChain(request: HttpRequest, hop: Hop, url: URL): string | undefined {
  if (hop.visited.includes(url.href)) return `in a circle back to ${shorten(url.host)}`;
  if (hop.visited.length > (request.maxRedirects ?? MAX_REDIRECTS)) return `too often, ${hop.visited.length} times`;
  return undefined;
}

function describeBadRepeat(request: HttpRequest, next: { status: number; crossedOrigin: boolean }): string | undefined {
  if (next.crossedOrigin && request.redirects === 'same-origin') return 'to another host with a secret in the request';
  if (request.method === 'GET' || request.method === 'HEAD') return undefined;
  if (next.status !== 307 && next.status !== 308)
    return `a ${request.method} with ${next.status}, which would not repeat it`;
  if (request.body !== undefined && !(request.body instanceof Uint8Array)) return 'a body that cannot be sent again';
  return undefined;
}

function refuse(request: HttpRequest, { url }: Hop, problem: string): PlaitError {
  const hint = `Plait does not follow this; have the set-up of ${url.host}, or of the proxy in front of it, corrected`;
  return new PlaitError('REDIRECT_REFUSED', `could not ${request.purpose}: ${url.host} redirects ${problem}`, { hint });
}

/** Mostly a registry that does not know of the TLS in front of it. */
function refuseDowngrade(request: HttpRequest, hop: Hop, url: URL): PlaitError {
  const { code, message } = refuse(request, hop, `from https to http at ${shorten(url.host)}`);
  const hint = `the proxy in front of ${hop.url.host} must tell it that it is spoken to in https (X-Forwarded-Proto)`;
  return new PlaitError(code, message, { hint });
}
