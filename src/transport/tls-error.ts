import { PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';

/** True for the codes of Node and OpenSSL for two sides that did not agree on TLS. */
export function isTlsCode(code: string): boolean {
  return (
    code === 'EPROTO' || /^(ERR_(SSL|TLS|OSSL)_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH)/.test(code)
  );
}

/** What went wrong, to follow the name of the host, and what to do. */
interface Verdict {
  readonly what: string;
  readonly hint: string;
}

/** The error for a failure of TLS with `code` at `url`. `purpose` completes "could not …". */
export function toTlsError(error: unknown, url: URL, { purpose, code }: { purpose: string; code: string }): PlaitError {
  const { what, hint } = judge(error, code, url);
  return new PlaitError('REGISTRY_TLS', `could not ${purpose}: ${url.host} ${what}`, { hint, cause: error });
}

/** The error for a server that speaks TLS and was spoken to in the clear. It has no cause: that holds what was received. */
export function toHttpsOnlyError(url: URL, purpose: string): PlaitError {
  const what = `${url.host} speaks https, and was spoken to in plain http`;
  return new PlaitError('REGISTRY_TLS', `could not ${purpose}: ${what}`, {
    hint: `remove \`plainHttp: true\` or --plain-http for it, or set \`plainHttp: false\` for ${url.host} under \`registries\``,
  });
}

/** The alerts of servers that want a certificate, and of those that do not like the one shown (RFC 8446 6.2). */
const WANTS_CERTIFICATE = /ALERT_(?:BAD_CERTIFICATE|CERTIFICATE_(?:EXPIRED|REQUIRED|UNKNOWN)|UNKNOWN_CA)/;
const NO_COMMON_VERSION = /UNSUPPORTED_PROTOCOL|ALERT_PROTOCOL_VERSION|NO_PROTOCOLS_AVAILABLE/;
const PLAIN = /wrong.version.number|packet.length.too.long|http.request/i;

function judge(error: unknown, code: string, url: URL): Verdict {
  const { host } = url;
  const text = cleanText(error instanceof Error ? error.message : String(error));
  if (PLAIN.test(code === 'EPROTO' ? text : code)) {
    return {
      what: 'does not speak https',
      hint: `check the port; if ${host} really has no TLS, set \`plainHttp: true\` for it under \`registries\``,
    };
  }
  if (WANTS_CERTIFICATE.test(code))
    return { what: 'wants a client certificate, or another one', hint: nameCertificate(url) };
  if (NO_COMMON_VERSION.test(code)) {
    return { what: 'speaks no version of TLS that is still safe', hint: `have ${host} offer TLS 1.2 or 1.3` };
  }
  if (/ALERT_HANDSHAKE_FAILURE/.test(code)) {
    const hint = `if it wants a client certificate, ${nameCertificate(url)}; otherwise it may want a newer or older TLS`;
    return { what: 'broke off the TLS handshake', hint };
  }
  return judgeCertificate(error, code, { host, text });
}

function judgeCertificate(error: unknown, code: string, { host, text }: { host: string; text: string }): Verdict {
  const anyone = `\`insecureSkipVerify: true\` for ${host} under \`registries\` trusts anyone`;
  if (code === 'CERT_HAS_EXPIRED')
    return {
      what: 'is not trusted: its certificate has expired',
      hint: `have it renewed, and check the clock here; ${anyone}`,
    };
  if (code === 'CERT_NOT_YET_VALID')
    return { what: 'is not trusted: its certificate is not valid yet', hint: `check the clock here; ${anyone}` };
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') {
    const names = listNames(error);
    const hint = `use a name that the certificate is for${names === '' ? '' : ` (${names})`}; ${anyone}`;
    return { what: 'is not trusted: its certificate is for another name', hint };
  }
  const isUnknown = /SELF_SIGNED|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY/.test(code);
  return {
    what: `is not trusted: ${isUnknown ? 'its certificate is from an unknown authority' : text}`,
    hint: `name its authority with \`ca\` for ${host} under \`registries\`; \`insecureSkipVerify: true\` trusts anyone`,
  };
}

/** The names in the certificate that was shown. */
function listNames(error: unknown): string {
  const { cert } = error as { readonly cert?: { readonly subjectaltname?: unknown } };
  const names = cert?.subjectaltname;
  return typeof names === 'string' ? cleanText(names.replaceAll(/(?:DNS|IP Address):/g, ''), 120) : '';
}

/** What to do about a missing client certificate. */
export function nameCertificate(url: URL): string {
  return `name it with \`clientCert\` and \`clientKey\` for ${url.host} under \`registries\`, or put it into certs.d`;
}
