/** What lets a user in. `source` says where it came from, as `credentials from ~/.docker/config.json`. */
export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string; readonly source: string }
  /** An OAuth2 refresh token: exchanged at the token server, never sent to the registry. */
  | { readonly kind: 'identity-token'; readonly token: string; readonly source: string }
  /** A ready bearer token: sent to the registry, never to a token server. */
  | { readonly kind: 'registry-token'; readonly token: string; readonly source: string };

/** The user name under which helpers and files hand out an identity token. */
const IDENTITY_USER = '<token>';

/** Credentials of a user name and secret; by convention some user names say that the secret is an identity token. */
export function toCredentials(username: string, secret: string, source: string): Credentials {
  if (username === IDENTITY_USER) return { kind: 'identity-token', token: secret, source };
  return { kind: 'password', username, password: secret, source };
}

/** The Authorization header of a user name and password (RFC 7617, UTF-8). */
export function toBasicHeader(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

/** Every secret in the credentials, in each form in which it is sent. */
export function listSecrets(credentials: Credentials): readonly string[] {
  if (credentials.kind !== 'password') return [credentials.token];
  const { username, password } = credentials;
  return [toBasicHeader(username, password).slice('Basic '.length), encodeURIComponent(password), password];
}

/** What to do about credentials that are refused. */
export function hintToRenew(registry: string): string {
  return `they may have expired: renew them where they come from, in a file with \`docker login ${registry}\``;
}
