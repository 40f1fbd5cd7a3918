import type { HttpRequest } from '../transport/message.ts';
import { type Credentials, toBasicHeader } from './credentials.ts';
import { formatScope, type Scope } from './scope.ts';

const CLIENT_ID = 'plait';
const MAX_REALM_REDIRECTS = 5;

/** What to ask a token server for, and in whose name. */
export interface TokenQuery {
  readonly realm: URL;
  readonly service: string | undefined;
  /** In the order in which they are sent. */
  readonly scopes: readonly Scope[];
  readonly credentials: Exclude<Credentials, { kind: 'registry-token' }> | undefined;
  /** The registry that named the realm, where it is spoken to. */
  readonly origin: URL;
  /** The same as users write it. */
  readonly registry: string;
  readonly purpose: string;
  /** Takes secrets out of the words of the server. */
  readonly conceal: (text: string) => string;
  /** Throws when others were refused meanwhile, so that it is pointless to ask. */
  readonly check?: () => void;
  readonly signal?: AbortSignal | undefined;
}

/** GET with the user name and password as Basic, or anonymous (distribution `auth/token.md`). */
export function toGetRequest(query: TokenQuery): HttpRequest {
  const { credentials } = query;
  const account: readonly (readonly [string, string])[] =
    credentials?.kind === 'password' ? [['account', credentials.username]] : [];
  const parameters = [
    ...(query.service === undefined ? [] : [['service', query.service] as const]),
    ...query.scopes.map((scope) => ['scope', formatScope(scope)] as const),
    ...account,
    ['client_id', CLIENT_ID] as const,
  ];
  return {
    ...toCommon(query),
    method: 'GET',
    url: withQuery(query.realm, parameters),
    ...(credentials?.kind === 'password'
      ? { authorization: toBasicHeader(credentials.username, credentials.password) }
      : {}),
  };
}

/** POST with a refresh token or password in the form (distribution `auth/oauth.md`); the body never leaves the realm. */
export function toPostRequest(query: TokenQuery, credentials: NonNullable<TokenQuery['credentials']>): HttpRequest {
  const grant =
    credentials.kind === 'identity-token'
      ? { grant_type: 'refresh_token', refresh_token: credentials.token }
      : { grant_type: 'password', username: credentials.username, password: credentials.password };
  const form = new URLSearchParams({
    ...grant,
    ...(query.service === undefined ? {} : { service: query.service }),
    client_id: CLIENT_ID,
    scope: query.scopes.map(formatScope).join(' '),
  });
  return {
    ...toCommon(query),
    method: 'POST',
    url: query.realm,
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(form.toString(), 'utf8'),
    redirects: 'same-origin',
  };
}

function toCommon({ origin, purpose, signal, check }: TokenQuery): Omit<HttpRequest, 'method' | 'url'> {
  return {
    purpose,
    ...(check === undefined ? {} : { check }),
    lane: 'token',
    headers: { accept: 'application/json' },
    onBehalfOf: origin,
    maxRedirects: MAX_REALM_REDIRECTS,
    signal,
  };
}

/** Adds to the query that the realm already has, and leaves that as it is. */
function withQuery(realm: URL, parameters: readonly (readonly [string, string])[]): URL {
  const query = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  const bare = realm.href.replace(/[?&]$/, '');
  return new URL(`${bare}${bare.includes('?') ? '&' : '?'}${query}`);
}
