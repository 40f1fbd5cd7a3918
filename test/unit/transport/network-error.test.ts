import { describe, expect, it } from 'vitest';
import { countExtraTries, isBeforeSending, toNetworkError } from '../../../src/transport/network-error.ts';

const URL_OF_REGISTRY = new URL('https://registry.example:5000/v2/');
const toError = (code: string): Error => Object.assign(new Error(`it failed with ${code}`), { code });

describe('a connection that failed', () => {
  it.each([
    ['ENOTFOUND', 1, true],
    ['EHOSTUNREACH', 1, true],
    ['ENETUNREACH', 1, true],
    ['ECONNREFUSED', 2, true],
    ['UND_ERR_CONNECT_TIMEOUT', 2, true],
    ['EAI_AGAIN', 3, true],
    ['ECONNRESET', Number.POSITIVE_INFINITY, false],
    ['EPIPE', Number.POSITIVE_INFINITY, false],
    ['ETIMEDOUT', Number.POSITIVE_INFINITY, false],
    ['UND_ERR_SOCKET', Number.POSITIVE_INFINITY, false],
    ['UND_ERR_HEADERS_TIMEOUT', Number.POSITIVE_INFINITY, false],
    ['UND_ERR_BODY_TIMEOUT', Number.POSITIVE_INFINITY, false],
    ['CERT_HAS_EXPIRED', 0, true],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 0, true],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 0, true],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 0, true],
    ['EACCES', 0, false],
  ])('with %s is tried again %d times, and was sent nothing: %s', (code, tries, isUnsent) => {
    expect([countExtraTries(code), isBeforeSending(code)]).toEqual([tries, isUnsent]);
  });

  it.each([
    ['ENOTFOUND', /spelling.*HTTPS_PROXY/],
    ['EAI_AGAIN', /DNS/],
    ['ECONNREFUSED', /port/],
    ['EHOSTUNREACH', /firewall.*HTTPS_PROXY/],
    ['UND_ERR_CONNECT_TIMEOUT', /firewall.*HTTPS_PROXY/],
    ['UND_ERR_HEADERS_TIMEOUT', /`concurrency`/],
    ['UND_ERR_BODY_TIMEOUT', /`concurrency`/],
    ['ECONNRESET', /load balancer.*`clientCert`/],
    ['EACCES', /registry\.example:5000/],
  ])('with %s says what to do about it', (code, hint) => {
    const error = toNetworkError(toError(code), URL_OF_REGISTRY, 'read it');
    expect(error).toMatchObject({ code: 'REGISTRY_UNREACHABLE', hint: expect.stringMatching(hint) });
    expect(error.message).toContain('registry.example:5000');
  });

  it.each([
    ['CERT_HAS_EXPIRED', /clock/],
    ['CERT_NOT_YET_VALID', /clock/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /a name that the certificate is for/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /`ca`/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /`ca`/],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', /TLS 1\.2/],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', /TLS 1\.2/],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', /`clientCert`/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', /`plainHttp: true`/],
  ])('for want of TLS, with %s, says what to do about it', (code, hint) => {
    const error = toNetworkError(toError(code), URL_OF_REGISTRY, 'read it');
    expect(error).toMatchObject({ code: 'REGISTRY_TLS', hint: expect.stringMatching(hint) });
    expect(`${error.message} ${error.hint}`.length).toBeLessThan(400);
  });
});
