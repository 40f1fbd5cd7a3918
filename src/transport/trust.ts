import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { PlaitError, toPlaitError } from '../errors/plait-error.ts';
import { ANY_CERTIFICATE } from './handshake.ts';
import { readHostFile } from './host-file.ts';
import type { HostFiles } from './host-files.ts';
import type { HostProfile } from './host-profile.ts';
import type { ClientPair } from './host-settings.ts';

/** How to know a host, and how to be known to it, over TLS. */
export interface Trust {
  /** PEM, besides those of Node; undefined for those alone. */
  readonly authorities?: string;
  readonly client?: ClientPair;
  readonly acceptsAny: boolean;
  /** The files of this machine that had a say. */
  readonly sources: readonly string[];
}

export interface TrustOptions {
  readonly profile: (host: string) => HostProfile;
  readonly hostFiles: HostFiles;
}

/** Each host is looked up once. What the config says comes before what files of the machine say. */
export function createTrustFinder(options: TrustOptions): (host: string) => Promise<Trust> {
  const known = new Map<string, Promise<Trust>>();
  return (host) => {
    const trust = known.get(host) ?? findTrust(options, host);
    known.set(host, trust);
    return trust;
  };
}

async function findTrust({ profile, hostFiles }: TrustOptions, host: string): Promise<Trust> {
  const own = profile(host);
  const files = await hostFiles.find(host);
  // Who names an authority wants the host to be checked, whatever others here do without.
  const skipVerify = own.insecureSkipVerify ?? (own.ca === undefined && files.skipVerify === true);
  const authorities =
    own.ca === undefined ? files.authorities : [await readPem(own.ca, { host, key: 'ca' }, 'CERTIFICATE')];
  const client = (await readPair(own, host)) ?? files.client;
  const trust = {
    ...(authorities.length === 0 ? {} : { authorities: authorities.join('\n') }),
    ...(client === undefined ? {} : { client }),
    acceptsAny: skipVerify,
    sources: files.sources,
  };
  assertUsable(trust, host);
  return trust;
}

async function readPair({ clientCert, clientKey }: HostProfile, host: string): Promise<ClientPair | undefined> {
  if (clientCert === undefined || clientKey === undefined) return undefined;
  const certificate = await readPem(clientCert, { host, key: 'clientCert' }, 'CERTIFICATE');
  return { certificate, key: await readPem(clientKey, { host, key: 'clientKey' }, 'PRIVATE KEY') };
}

/** Where the config names a file. */
interface Setting {
  readonly host: string;
  readonly key: string;
}

async function readPem(path: string, { host, key }: Setting, kind: 'CERTIFICATE' | 'PRIVATE KEY'): Promise<string> {
  const hint = `correct \`${key}\` of ${host} under \`registries\`, and let the user that runs Plait read the file`;
  const pem = await readHostFile(path).catch((cause: unknown) => {
    throw new PlaitError('REGISTRY_TLS', toPlaitError(cause).message, { hint, cause });
  });
  if (pem === undefined) {
    throw new PlaitError('REGISTRY_TLS', `could not read ${path}: there is no such file`, { hint });
  }
  if (new RegExp(`-----BEGIN (?:[A-Z]+ )?${kind}-----`).test(pem)) return pem;
  throw new PlaitError('REGISTRY_TLS', `${path} holds no ${kind.toLowerCase()}`, {
    hint: `\`${key}\` of ${host} must name a file in PEM form, with a line that reads -----BEGIN ${kind}-----`,
  });
}

/** What OpenSSL cannot read would otherwise end the process from inside a connection. */
function assertUsable(trust: Trust, host: string): void {
  const { authorities: ca, client } = trust;
  if (ca === undefined && client === undefined) return;
  try {
    createSecureContext({ ca, cert: client?.certificate, key: client?.key });
  } catch (cause) {
    const files = trust.sources.length === 0 ? 'the settings of the host' : trust.sources.join(' and ');
    throw new PlaitError('REGISTRY_TLS', `could not use the certificates for ${host}`, {
      hint: `check ${files}: each must be PEM, the key without a password and that of the certificate`,
      cause,
    });
  }
}

/** What `node:tls` takes for a connection. */
export interface TlsOptions {
  readonly secureContext: SecureContext;
  readonly rejectUnauthorized: boolean;
}

/**
 * For any number of connections: where others than those of Node are among the authorities, reading them takes some 30 ms, and
 * `tls.connect` would do it each time. To name authorities replaces those of Node, so they are named again.
 */
export function toTlsOptions({ authorities, client, acceptsAny }: Trust): TlsOptions {
  const named = authorities === undefined ? {} : { ca: [...rootCertificates, authorities] };
  const secureContext = createSecureContext({
    ...(acceptsAny ? ANY_CERTIFICATE : named),
    ...(client === undefined ? {} : { cert: client.certificate, key: client.key }),
  });
  return { secureContext, rejectUnauthorized: !acceptsAny };
}
