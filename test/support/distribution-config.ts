import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The user of a registry started with `auth: 'htpasswd'`; the hash is bcrypt, the only kind that distribution takes. */
export const TEST_USER = Object.freeze({
  username: 'weaver',
  password: 'warp-and-weft',
  hash: '$2y$05$rJJLtHSP/SqF9SvpLbR6QusK8b2sMuTcQzCdyKbeb8gT0xoQXFCwi',
});

export interface RegistryVariant {
  /** `htpasswd` lets only {@link TEST_USER} in; a token service is named by what the registry has to know of it. */
  readonly auth?: 'htpasswd' | TokenService;
  /** Serves https with this certificate and key, PEM; with `clientAuthority` only to clients with a certificate of it. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly clientAuthority?: string };
  /** Answers every write with 405. */
  readonly readOnly?: boolean;
  /** `Location` headers without scheme and host. */
  readonly relativeUrls?: boolean;
  /** Another base path, such as `/nested/`. */
  readonly prefix?: string;
  /** URL of the registry that this one is a pull-through cache of. */
  readonly upstream?: string;
  /** Absolute path of a folder to keep all content in, instead of in memory. */
  readonly folder?: string;
  /** Most tags that a page of the list holds; distribution 3 only, 2.8 does not know pages. */
  readonly maxTags?: number;
}

export interface TokenService {
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  /** PEM of the certificate that signs the tokens. */
  readonly certificate: string;
}

type Place = (name: string, text: string) => string;

/** Writes the config of distribution and all that it names to `folder`, and returns its path. JSON, which is YAML too. */
export function writeConfig(variant: RegistryVariant, address: string, folder: string): string {
  const place: Place = (name, text) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const { auth, upstream, maxTags } = variant;
  const config = {
    version: 0.1,
    log: { level: 'info' },
    storage: toStorage(variant),
    http: toHttp(variant, address, place),
    ...(auth === undefined ? {} : { auth: toAuth(auth, place) }),
    ...(upstream === undefined ? {} : { proxy: { remoteurl: upstream } }),
    ...(maxTags === undefined ? {} : { tags: { maxtags: maxTags } }),
  };
  return place('config.json', JSON.stringify(config));
}

function toStorage({ folder, readOnly }: RegistryVariant): object {
  return {
    ...(folder === undefined ? { inmemory: {} } : { filesystem: { rootdirectory: folder } }),
    delete: { enabled: true },
    ...(readOnly === true ? { maintenance: { readonly: { enabled: true } } } : {}),
  };
}

function toHttp({ tls, prefix, relativeUrls }: RegistryVariant, address: string, place: Place): object {
  return {
    addr: address,
    secret: 'only for tests',
    relativeurls: relativeUrls === true,
    ...(prefix === undefined ? {} : { prefix }),
    ...(tls === undefined ? {} : { tls: toTls(tls, place) }),
  };
}

function toTls({ certificate, key, clientAuthority }: NonNullable<RegistryVariant['tls']>, place: Place): object {
  return {
    certificate: place('server.crt', certificate),
    key: place('server.key', key),
    ...(clientAuthority === undefined ? {} : { clientcas: [place('clients.crt', clientAuthority)] }),
  };
}

function toAuth(auth: 'htpasswd' | TokenService, place: Place): object {
  if (auth === 'htpasswd') {
    return { htpasswd: { realm: 'test', path: place('htpasswd', `${TEST_USER.username}:${TEST_USER.hash}\n`) } };
  }
  const { realm, service, issuer, certificate } = auth;
  return { token: { realm, service, issuer, rootcertbundle: place('token.crt', certificate) } };
}
