import { describe, expect, it } from 'vitest';
import { fetchToken } from '../../../src/auth/fetch-token.ts';
import { parseScopes } from '../../../src/auth/scope.ts';
import type { TokenQuery } from '../../../src/auth/token-request.ts';
import { toGrant } from '../../support/auth-servers.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import { makeTransport, sendSmall } from '../../support/make-transport.ts';

describe('a token server that a registry on the internet names', () => {
  it.each(['localhost', '127.0.0.1', '[::ffff:127.0.0.1]'])(
    'is refused when it is on this machine: %s',
    async (name) => {
      const trap = await startFaultServer(() => toGrant('t'));
      const realm = new URL(`http://${name}:${trap.host.split(':')[1]}/token`);
      const query = toQuery({ realm, origin: new URL('https://registry.example') });
      await expect(fetchToken(makeTransport(), query)).rejects.toMatchObject({ code: 'REALM_REFUSED' });
      expect(trap.seen).toEqual([]);
    },
  );
});

describe('a token server', () => {
  it('is not followed through more than five redirects', async () => {
    const server = await startFaultServer((_request, number) => ({ status: 307, headers: { location: `/${number}` } }));
    const transport = makeTransport();
    await sendSmall(transport, `${server.url}/x`).catch(() => undefined);
    const before = server.seen.length;
    const query = toQuery({ realm: new URL(`${server.url}/token`), origin: new URL(server.url) });
    await expect(fetchToken(transport, query)).rejects.toMatchObject({ code: 'REALM_REFUSED' });
    expect(server.seen.length - before).toBe(6);
  });

  it('that wants fewer requests is waited for, then given up', async () => {
    const server = await startFaultServer(() => ({ status: 429 }));
    const transport = makeTransport({ retry: { attempts: 2, baseDelayMs: 1 } });
    const query = toQuery({ realm: new URL(`${server.url}/token`), origin: new URL(server.url) });
    await expect(fetchToken(transport, query)).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED' });
    expect(server.seen).toHaveLength(2);
  });

  it('that grants nothing without login says so', async () => {
    const server = await startFaultServer(() => ({
      status: 403,
      body: '{"errors":[{"code":"DENIED","message":"denied"}]}',
    }));
    const query = toQuery({ realm: new URL(`${server.url}/token`), origin: new URL(server.url) });
    await expect(fetchToken(makeTransport(), query)).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
      hint: expect.stringContaining('docker login'),
    });
  });
});

function toQuery(more: Pick<TokenQuery, 'realm' | 'origin'>): TokenQuery {
  return {
    registry: 'registry.example',
    service: 's',
    scopes: parseScopes('repository:a:pull'),
    credentials: undefined,
    purpose: 'read it',
    conceal: (text) => text,
    ...more,
  };
}
