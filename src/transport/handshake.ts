/** What a server made of a TLS handshake. */
export type HandshakeAnswer = 'tls' | 'other' | 'silence';

/** For `tls.connect`, where nothing is checked. Without authorities it does not read those of Node, which takes some 30 ms. */
export const ANY_CERTIFICATE: { readonly ca: string[]; readonly rejectUnauthorized: false } = {
  ca: [],
  rejectUnauthorized: false,
};

/** What an error of a handshake says. A server that sends a TLS alert speaks TLS, though not with us. */
export function judgeHandshake(error: unknown): HandshakeAnswer {
  const { code, message } = error as NodeJS.ErrnoException;
  const text = `${code} ${message}`;
  if (/ALERT|UNSUPPORTED_PROTOCOL|HANDSHAKE_FAILURE/i.test(text)) return 'tls';
  return /wrong.version.number|packet.length.too.long|http.request/i.test(text) ? 'other' : 'silence';
}

/** An alert, or the start of a handshake, in any version of TLS (RFC 8446 5.1), as text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what the bytes are
const TLS_RECORD = /^[\x15\x16]\x03[\x00-\x04]/;

/** True for the error of reading HTTP that is given for an answer in TLS: `data` is what came. */
export function isTlsAnswer(error: unknown): boolean {
  const { data } = error as { readonly data?: unknown };
  return typeof data === 'string' && TLS_RECORD.test(data);
}
