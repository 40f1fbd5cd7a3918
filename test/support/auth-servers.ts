import {
  type FaultAnswer,
  type FaultHandler,
  type FaultServer,
  type SeenRequest,
  startFaultServer,
} from './fault-server.ts';

/** A registry that wants tokens and the server it sends people to for them. */
export interface AuthServers {
  readonly registry: FaultServer;
  readonly tokens: FaultServer;
}

export interface AuthServersOptions {
  /** The answer of the registry to a request that is let in. */
  readonly answer?: FaultHandler;
  /** Whether a token is good for a request; any is, unless said otherwise. */
  readonly accepts?: (token: string, request: SeenRequest) => boolean;
  /** The answer of the token server; a new token for every request, unless said otherwise. */
  readonly grant?: FaultHandler;
  /** Appended to the challenge, such as `,error="invalid_token"`. */
  readonly challenge?: (request: SeenRequest, token: string) => string;
}

/** Starts both on the loopback interface. Tokens are `token-1`, `token-2` … in the order they were given out. */
export async function startAuthServers(options: AuthServersOptions = {}): Promise<AuthServers> {
  const tokens = await startFaultServer(options.grant ?? ((_request, number) => toGrant(`token-${number}`)));
  const registry = await startFaultServer((request, number) => {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const isGood = token !== '' && (options.accepts?.(token, request) ?? true);
    if (isGood) return options.answer?.(request, number) ?? {};
    const more = options.challenge?.(request, token) ?? '';
    return toChallenge(`Bearer realm="${tokens.url}/token",service="registry.test"${more}`);
  });
  return { registry, tokens };
}

export function toGrant(token: string, more: object = {}): FaultAnswer {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token, expires_in: 300, ...more }) };
}

export function toChallenge(challenge: string | string[]): FaultAnswer {
  const body = JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] });
  return { status: 401, headers: { 'www-authenticate': challenge, 'content-type': 'application/json' }, body };
}

/** The values of `scope` of every request, in order. */
export function listScopes(server: FaultServer): readonly (readonly string[])[] {
  return server.seen.map(({ path }) => new URL(path, server.url).searchParams.getAll('scope'));
}
