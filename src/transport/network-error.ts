import { PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';
import { isTlsAnswer } from './handshake.ts';
import { isTlsCode, nameCertificate, toHttpsOnlyError, toTlsError } from './tls-error.ts';

/** Failures that happen before a request is sent, so that repeating it cannot do anything twice. */
const NOT_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Failures that may pass, and how often to try again: those that rarely pass, only quickly. */
const EXTRA_TRIES: Readonly<Record<string, number>> = {
  ENOTFOUND: 1,
  EHOSTUNREACH: 1,
  ENETUNREACH: 1,
  ECONNREFUSED: 2,
  UND_ERR_CONNECT_TIMEOUT: 2,
  EAI_AGAIN: 3,
  ECONNRESET: Number.POSITIVE_INFINITY,
  ECONNABORTED: Number.POSITIVE_INFINITY,
  EPIPE: Number.POSITIVE_INFINITY,
  ETIMEDOUT: Number.POSITIVE_INFINITY,
  UND_ERR_SOCKET: Number.POSITIVE_INFINITY,
  UND_ERR_HEADERS_TIMEOUT: Number.POSITIVE_INFINITY,
  UND_ERR_BODY_TIMEOUT: Number.POSITIVE_INFINITY,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: Number.POSITIVE_INFINITY,
};

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name does not exist in DNS',
  EAI_AGAIN: 'DNS does not answer',
  ECONNREFUSED: 'nothing listens there',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  ECONNRESET: 'the connection was cut',
  ECONNABORTED: 'the connection was cut',
  EPIPE: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'no connection within the time limit',
  UND_ERR_HEADERS_TIMEOUT: 'no answer within the time limit',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped half-way',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer is not as long as announced',
};

const NO_WAY: ReadonlySet<string> = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT']);
const SLOW: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
const CUT: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

/** What cannot be read as HTTP; undici gives it a code of its own only sometimes. */
const GARBLED = 'HPE_GARBLED';

/** The system or undici code of a connection error, also inside the list that trying several addresses gives. */
export function findErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof PlaitError) return undefined;
  const own = (error as NodeJS.ErrnoException).code;
  if (typeof own === 'string') return own;
  if (error.name === 'HTTPParserError') return GARBLED;
  return error instanceof AggregateError ? findErrorCode(error.errors[0]) : findErrorCode(error.cause);
}

/** How often a request that failed with `code` may be repeated; 0 for what will not pass. */
export function countExtraTries(code: string): number {
  return EXTRA_TRIES[code] ?? 0;
}

/** True when the request had certainly not been sent yet. */
export function isBeforeSending(code: string): boolean {
  return NOT_SENT.has(code) || isTlsCode(code);
}

/** True when the two sides did not agree on TLS: it will not pass, and no request was sent. */
export function isTlsError(error: unknown): boolean {
  const code = findErrorCode(error);
  return code !== undefined && isTlsCode(code);
}

/** True when the connection ended before the answer did. */
export function isCut(error: unknown): boolean {
  return CUT.has(findErrorCode(error) ?? '');
}

/** Where errors happened that were not met at the URL of the request. */
const places = new WeakMap<object, URL>();

/** Notes that `error` happened at `url`, where a redirect led, and gives it back. */
export function locate<T>(error: T, url: URL): T {
  if (typeof error === 'object' && error !== null) places.set(error, url);
  return error;
}

/**
 * What went wrong with a connection to `url`, or to where it was noted to happen, as the error to show. `purpose`
 * completes "could not …".
 */
export function toNetworkError(error: unknown, url: URL, purpose: string): PlaitError {
  if (error instanceof PlaitError) return error;
  const code = findErrorCode(error);
  if (code === undefined) return new PlaitError('INTERNAL', `could not ${purpose}: ${textOf(error)}`, { cause: error });
  const place = places.get(error as object) ?? url;
  if (isTlsCode(code)) return toTlsError(error, place, { purpose, code });
  if (isTlsAnswer(error)) return toHttpsOnlyError(place, purpose);
  if (code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW') return toGarbledError(place, purpose);
  return new PlaitError(
    'REGISTRY_UNREACHABLE',
    `could not ${purpose}: ${place.host}: ${WORDS[code] ?? textOf(error)}`,
    {
      hint: hintUnreachable(code, place),
      cause: error,
    },
  );
}

function textOf(error: unknown): string {
  return cleanText(error instanceof Error ? error.message : String(error));
}

function hintUnreachable(code: string, url: URL): string {
  const { host, hostname } = url;
  if (code === 'ENOTFOUND') return `check the spelling of ${hostname}; where only a proxy knows it, set HTTPS_PROXY`;
  if (code === 'EAI_AGAIN') return 'check the network and the DNS servers of this machine, then try again';
  if (code === 'ECONNREFUSED') return `check that ${host} is up, and that this is the port of its registry`;
  if (NO_WAY.has(code))
    return `check the network, VPN and firewall on the way to ${host}; a proxy goes into HTTPS_PROXY`;
  if (SLOW.has(code)) return `${host} may be overloaded: try again later, or lower \`concurrency\` for it`;
  if (!CUT.has(code)) return `check that ${host} is up and can be reached from here`;
  // Some servers that want a certificate close the connection without saying so.
  const certificate = url.protocol === 'https:' ? `; if it wants a client certificate, ${nameCertificate(url)}` : '';
  return `check that ${host} is up, and that no firewall, proxy or load balancer on the way cuts connections${certificate}`;
}

/** Without its cause: that holds what was received, which may be anything. */
function toGarbledError(url: URL, purpose: string): PlaitError {
  return new PlaitError('REGISTRY_PROTOCOL', `could not ${purpose}: ${url.host} does not answer in HTTP`, {
    hint: `check the port: what listens at ${url.host} is no registry`,
  });
}
