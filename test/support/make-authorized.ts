import { type Authorized, type AuthorizedRequest, sendAuthorized } from '../../src/auth/authorized.ts';
import { createAuthenticator } from '../../src/auth/create-authenticator.ts';
import type { Credentials } from '../../src/auth/credentials.ts';
import { createFirstContact } from '../../src/auth/first-contact.ts';
import { parseScopes } from '../../src/auth/scope.ts';
import type { BufferedResponse } from '../../src/transport/message.ts';
import type { TransportOptions } from '../../src/transport/transport.ts';
import type { FaultServer } from './fault-server.ts';
import { REAL_CLOCK } from './make-client.ts';
import { makeTransport } from './make-transport.ts';

export interface AuthorizedOptions {
  /** Those for every repository; none when absent. */
  readonly credentials?: Credentials;
  readonly access?: 'read' | 'write';
  readonly transport?: Partial<TransportOptions>;
}

/** A transport that knows how to be let in by a registry, to be closed with the test. */
export function makeAuthorized(registry: FaultServer, options: AuthorizedOptions = {}): Authorized {
  const transport = makeTransport(options.transport);
  const authenticator = createAuthenticator({
    registry: registry.host,
    transport,
    clock: REAL_CLOCK,
    credentials: { find: () => Promise.resolve(options.credentials), findHeaders: () => Promise.resolve({}) },
    trustedRealms: [],
    access: options.access ?? 'write',
  });
  return { transport, authenticator, firstContact: createFirstContact() };
}

/** A GET for `scope`. */
export function toAuthorizedRequest(
  registry: FaultServer,
  scope: string,
  path = '/v2/a/b/manifests/x',
): AuthorizedRequest {
  const url = new URL(path, registry.url);
  return { method: 'GET', url, purpose: 'read it', lane: 'metadata', scopes: parseScopes(scope) };
}

/** Sends one GET after the other for the scope it is given. */
export function makeSender(
  registry: FaultServer,
  options: AuthorizedOptions & { readonly path?: (scope: string) => string } = {},
): (scope?: string) => Promise<BufferedResponse> {
  const authorized = makeAuthorized(registry, options);
  return (scope = 'repository:a/b:pull') =>
    sendAuthorized(authorized, toAuthorizedRequest(registry, scope, options.path?.(scope)), { maxBytes: 1024 });
}
