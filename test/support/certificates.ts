import { createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

/** A certificate with its key, made for one test. Lives in memory only, so no key is ever committed. */
export interface Certificate {
  readonly certificate: string /* PEM */;
  readonly key: string /* PEM */;
  readonly privateKey: KeyObject;
  readonly subject: string;
  /** As `x5c` in a token wants it: base64 of the DER form. */
  readonly x5c: string;
}

export interface CertificateOptions {
  readonly names?: readonly string[];
  readonly ipv4?: readonly string[];
  /** The common name; `plait test` by default. */
  readonly subject?: string;
  /** Who signs it; itself by default. Its `subject` must be another one. */
  readonly issuer?: Certificate;
  /** Milliseconds since 1970; from an hour ago until tomorrow by default. */
  readonly notBefore?: number;
  readonly notAfter?: number;
}

const HOUR_MS = 3_600_000;
const OID = { ecdsaWithSha256: '2a8648ce3d040302', commonName: '550403', altNames: '551d11', constraints: '551d13' };

/**
 * An ECDSA P-256 certificate (RFC 5280) for `localhost` and 127.0.0.1, or for what is asked for. Without an issuer it is
 * its own authority: whoever trusts the PEM trusts the server.
 */
export function makeCertificate(options: CertificateOptions = {}): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { subject = 'plait test', issuer } = options;
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const { notBefore = Date.now() - HOUR_MS, notAfter = Date.now() + 24 * HOUR_MS } = options;
  const body = sequence(
    tagged(0, integer(Buffer.from([2]))), // version 3
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    toName(issuer?.subject ?? subject),
    sequence(time(notBefore), time(notAfter)),
    toName(subject),
    publicKey.export({ format: 'der', type: 'spki' }),
    tagged(3, sequence(altNames(options), constraints())),
  );
  const signature = createSign('SHA256')
    .update(body)
    .sign(issuer?.privateKey ?? privateKey);
  const der = sequence(body, algorithm, bits(signature));
  return {
    certificate: toPem(der),
    key: String(privateKey.export({ format: 'pem', type: 'pkcs8' })),
    privateKey,
    subject,
    x5c: der.toString('base64'),
  };
}

function toName(commonName: string): Buffer {
  return sequence(set(sequence(oid(OID.commonName), utf8(commonName))));
}

function altNames({ names = ['localhost'], ipv4 = ['127.0.0.1'] }: CertificateOptions): Buffer {
  const dns = names.map((name) => node(0x82, Buffer.from(name, 'ascii')));
  const ips = ipv4.map((ip) => node(0x87, Buffer.from(ip.split('.').map(Number))));
  return sequence(oid(OID.altNames), node(0x04, sequence(...dns, ...ips)));
}

/** An authority, because a self-signed certificate has to be one to verify itself. */
function constraints(): Buffer {
  return sequence(
    oid(OID.constraints),
    node(0x01, Buffer.from([0xff])),
    node(0x04, sequence(node(0x01, Buffer.from([0xff])))),
  );
}

function toPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** One DER value: tag, length, content. */
function node(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const short = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...short]), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => node(0x30, Buffer.concat(parts));
const set = (content: Buffer): Buffer => node(0x31, content);
const tagged = (number: number, content: Buffer): Buffer => node(0xa0 + number, content);
const integer = (bytes: Buffer): Buffer => node(0x02, bytes);
const oid = (hex: string): Buffer => node(0x06, Buffer.from(hex, 'hex'));
const utf8 = (text: string): Buffer => node(0x0c, Buffer.from(text, 'utf8'));
const bits = (bytes: Buffer): Buffer => node(0x03, Buffer.concat([Buffer.from([0]), bytes]));

function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/\.\d+|[-:T]/g, '');
  return node(0x18, Buffer.from(text, 'ascii')); // GeneralizedTime, YYYYMMDDHHMMSSZ
}
