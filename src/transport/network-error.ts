import { PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';

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
  EPIPE: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'no connection within the time limit',
  UND_ERR_HEADERS_TIMEOUT: 'no answer within the time limit',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped half-way',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer is not as long as announced',
};

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

function isTlsCode(code: string): boolean {
  return (
    code === 'EPROTO' || /^(ERR_(SSL|TLS|OSSL)_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH)/.test(code)
  );
}

/** What went wrong with a connection to `url`, as the error to show. `purpose` completes "could not …". */
export function toNetworkError(error: unknown, url: URL, purpose: string): PlaitError {
  const code = findErrorCode(error);
  if (error instanceof PlaitError) return error;
  if (code === undefined) return new PlaitError('INTERNAL', `could not ${purpose}: ${textOf(error)}`, { cause: error });
  if (isTlsCode(code)) return toTlsError(error, url, { purpose, code });
  if (code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW') return toGarbledError(url, purpose);
  return new PlaitError('REGISTRY_UNREACHABLE', `could not ${purpose}: ${url.host}: ${WORDS[code] ?? textOf(error)}`, {
    hint: hintUnreachable(code, url),
    cause: error,
  });
}

function textOf(error: unknown): string {
  return cleanText(error instanceof Error ? error.message : String(error));
}

function hintUnreachable(code: string, url: URL): string {
  if (code === 'ENOTFOUND') return `check the spelling of ${url.hostname}`;
  if (url.protocol === 'http:' && ['ECONNRESET', 'UND_ERR_SOCKET'].includes(code)) {
    return `if ${url.host} speaks https, remove \`plainHttp\` from its settings; otherwise try again`;
  }
  if (url.protocol === 'https:' && ['ECONNRESET', 'UND_ERR_SOCKET'].includes(code)) {
    // Some servers that want a certificate close the connection without saying so.
    return `check that ${url.host} is up; if it wants a client certificate, ${nameCertificate(url)}`;
  }
  return `check that ${url.host} is up and can be reached from here`;
}

/** Without its cause: that holds what was received, which may be anything. */
function toGarbledError(url: URL, purpose: string): PlaitError {
  return new PlaitError('REGISTRY_PROTOCOL', `could not ${purpose}: ${url.host} does not answer in HTTP`, {
    hint: `check the port; if ${url.host} speaks https, remove \`plainHttp\` from its settings`,
  });
}

function toTlsError(error: unknown, url: URL, what: { purpose: string; code: string }): PlaitError {
  const reason = describeTls(what.code, textOf(error));
  const start = `could not ${what.purpose}: `;
  if (reason === 'plain http') {
    return new PlaitError('REGISTRY_TLS', `${start}${url.host} does not speak https`, {
      hint: `check the port; if ${url.host} really has no TLS, set \`plainHttp: true\` for it under \`registries\``,
      cause: error,
    });
  }
  if (WANTS_CERTIFICATE.test(what.code)) {
    return new PlaitError('REGISTRY_TLS', `${start}${url.host} wants a client certificate, or another one`, {
      hint: nameCertificate(url),
      cause: error,
    });
  }
  if (/ALERT_HANDSHAKE_FAILURE/.test(what.code)) {
    return new PlaitError('REGISTRY_TLS', `${start}${url.host} broke off the TLS handshake`, {
      hint: `if it wants a client certificate, ${nameCertificate(url)}; otherwise it may want a newer or older TLS`,
      cause: error,
    });
  }
  return new PlaitError('REGISTRY_TLS', `${start}${url.host} is not trusted: ${reason}`, {
    hint: `name its authority with \`ca\` for ${url.host} under \`registries\`; \`insecureSkipVerify: true\` trusts anyone`,
    cause: error,
  });
}

function nameCertificate(url: URL): string {
  return `name it with \`clientCert\` and \`clientKey\` for ${url.host} under \`registries\`, or put it into certs.d`;
}

/** The alerts of servers that want a certificate, and of those that do not like the one shown (RFC 8446 6.2). */
const WANTS_CERTIFICATE = /ALERT_(?:BAD_CERTIFICATE|CERTIFICATE_(?:EXPIRED|REQUIRED|UNKNOWN)|UNKNOWN_CA)/;

function describeTls(code: string, text: string): string {
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(code)) return 'plain http';
  if (code === 'EPROTO')
    return /wrong version number|packet length too long|http request/i.test(text) ? 'plain http' : text;
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired';
  if (code === 'CERT_NOT_YET_VALID') return 'its certificate is not valid yet';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'its certificate is for another name';
  if (/SELF_SIGNED|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY/.test(code))
    return 'its certificate is from an unknown authority';
  return text;
}
