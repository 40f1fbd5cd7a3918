import { describe, expect, it } from 'vitest';
import { type Authorized, sendAuthorized } from '../../../src/auth/authorized.ts';
import { createAuthenticator } from '../../../src/auth/create-authenticator.ts';
import { createCredentialFinder } from '../../../src/auth/credential-finder.ts';
import { createFirstContact } from '../../../src/auth/first-contact.ts';
import { parseScopes } from '../../../src/auth/scope.ts';
import type { BufferedResponse } from '../../../src/transport/message.ts';
import { startAuthServers, toChallenge, toGrant } from '../../support/auth-servers.ts';
import { type FaultServer, startFaultServer } from '../../support/fault-server.ts';
import { REAL_CLOCK } from '../../support/make-client.ts';
import { makeTransport } from '../../support/make-transport.ts';

const toBasic = (user: string): string => `Basic ${Buffer.from(`${user}:hunter2`).toString('base64')}`;

describe('credentials for paths of a registry', () => {
  it('go with the requests for what lies below them', async () => {
    const registry = await startFaultServer(({ headers, path }) => {
      const wanted = toBasic(path.startsWith('/v2/acme') ? 'acme' : 'all');
      return headers.authorization === wanted ? {} : toChallenge('Basic realm="r"');
    });
    const { send } = makeBench(registry, { '': 'all', '/acme': 'acme' });
    const paths = ['acme/api', 'other/api', 'acme/api', 'acme/web'];
    const statuses = [];
    for (const path of paths) statuses.push((await send(path)).status);
    expect(statuses).toEqual([200, 200, 200, 200]);
    expect(registry.seen.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      toBasic('acme'),
      toBasic('all'),
      toBasic('acme'),
      toBasic('acme'),
    ]);
  });

  it('share no token, and each set of them gets its own from the token server', async () => {
    const { registry, tokens } = await startAuthServers({
      grant: ({ headers }) => toGrant(`of-${Buffer.from(headers.authorization!.slice(6), 'base64').toString()}`),
    });
    const { send } = makeBench(registry, { '': 'all', '/acme': 'acme' });
    await Promise.all(['acme/api', 'other/api', 'acme/api', 'other/api'].map((path) => send(path)));
    expect(tokens.seen).toHaveLength(2);
    expect(new Set(tokens.seen.map(({ headers }) => headers.authorization))).toEqual(
      new Set([toBasic('acme'), toBasic('all')]),
    );
    const crossed = registry.seen.filter(
      ({ path, headers }) => headers.authorization?.includes('of-acme') !== path.startsWith('/v2/acme'),
    );
    expect(crossed.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  });

  it('that are refused do not keep others out', async () => {
    const registry = await startFaultServer(({ headers }) =>
      headers.authorization === toBasic('all') ? {} : toChallenge('Basic realm="r"'),
    );
    const { send } = makeBench(registry, { '': 'all', '/acme': 'acme' });
    for (const path of ['acme/a', 'acme/b', 'acme/c', 'acme/d']) await send(path).catch(() => undefined);
    expect((await send('other/api')).status).toBe(200);
  });

  it('are named as the source, all that were used', async () => {
    const registry = await startFaultServer(() => toChallenge('Basic realm="r"'));
    const { send, authorized } = makeBench(registry, { '': 'all', '/acme': 'acme' });
    for (const path of ['acme/a', 'other/a']) await send(path);
    expect(authorized.authenticator.describeSource()).toBe(
      `credentials from DOCKER_AUTH_CONFIG for ${registry.host}/acme or credentials from DOCKER_AUTH_CONFIG`,
    );
    expect(authorized.authenticator.conceal('hunter2')).toBe('[hidden]');
  });
});

describe('headers of the docker config', () => {
  it('go to the registry, and are lost on the way off it for good', async () => {
    const trap = await startFaultServer(() => ({ status: 307, headers: { location: `${registry.url}/back` } }));
    const registry: FaultServer = await startFaultServer(({ path }) =>
      path === '/back' ? {} : { status: 307, headers: { location: `${trap.url}/away` } },
    );
    const { send, authorized } = makeBench(registry, {}, { 'x-key': 'sesame-1' });
    expect((await send('a/b')).status).toBe(200);
    expect(registry.seen.map(({ headers }) => headers['x-key'])).toEqual(['sesame-1', undefined]);
    expect(trap.seen.map(({ headers }) => headers['x-key'])).toEqual([undefined]);
    expect(authorized.authenticator.conceal('echo sesame-1')).toBe('echo [hidden]');
  });

  it('go to no token server', async () => {
    const { registry, tokens } = await startAuthServers();
    await makeBench(registry, {}, { 'x-key': 'sesame-1' }).send('a/b');
    expect(registry.seen.map(({ headers }) => headers['x-key'])).toEqual(['sesame-1', 'sesame-1']);
    expect(tokens.seen.map(({ headers }) => headers['x-key'])).toEqual([undefined]);
  });
});

interface Bench {
  readonly authorized: Authorized;
  readonly send: (path: string) => Promise<BufferedResponse>;
}

/** `users` by what follows the host in the key of their entry. */
function makeBench(
  registry: FaultServer,
  users: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Bench {
  const transport = makeTransport();
  const auths = Object.fromEntries(
    Object.entries(users).map(([path, username]) => [`${registry.host}${path}`, { username, password: 'hunter2' }]),
  );
  const finder = createCredentialFinder({
    environment: { DOCKER_AUTH_CONFIG: JSON.stringify({ auths }) },
    homeDirectory: '/nowhere',
    clock: REAL_CLOCK,
    explicit: () => undefined,
  });
  const authenticator = createAuthenticator({
    registry: registry.host,
    transport,
    clock: REAL_CLOCK,
    credentials: { ...finder, findHeaders: () => Promise.resolve(headers) },
    trustedRealms: [],
    access: 'write',
  });
  const authorized = { transport, authenticator, firstContact: createFirstContact() };
  const send = (path: string): Promise<BufferedResponse> =>
    sendAuthorized(
      authorized,
      {
        method: 'GET',
        url: new URL(`/v2/${path}/manifests/x`, registry.url),
        purpose: 'read it',
        lane: 'metadata',
        scopes: parseScopes(`repository:${path}:pull`),
      },
      { maxBytes: 1024 },
    );
  return { authorized, send };
}
