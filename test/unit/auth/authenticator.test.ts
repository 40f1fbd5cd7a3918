import { describe, expect, it } from 'vitest';
import type { Credentials } from '../../../src/auth/credentials.ts';
import { computeDigest } from '../../../src/oci/digest.ts';
import { listScopes, startAuthServers, toChallenge, toGrant } from '../../support/auth-servers.ts';
import { type FaultServer, inTurn, startFaultServer } from '../../support/fault-server.ts';
import { makeSender } from '../../support/make-authorized.ts';
import { makeClient } from '../../support/make-client.ts';

const DIGEST = computeDigest(Buffer.from('x'));
const USER: Credentials = {
  kind: 'password',
  username: 'weaver',
  password: 'warp:weft',
  source: 'credentials from a test',
};
const BASIC = `Basic ${Buffer.from('weaver:warp:weft').toString('base64')}`;

describe('a registry that wants tokens', () => {
  it('gets one after its first refusal, and is asked again', async () => {
    const { registry, tokens } = await startAuthServers();
    const send = makeSender(registry);
    expect((await send()).status).toBe(200);
    expect(registry.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer token-1']);
    expect(tokens.seen.map(({ path }) => path)).toEqual([
      '/token?service=registry.test&scope=repository%3Aa%2Fb%3Apull&client_id=plait',
    ]);
  });

  it('gets exactly one for fifty cold reads at a time', async () => {
    const { registry, tokens } = await startAuthServers();
    const send = makeSender(registry);
    const responses = await Promise.all(Array.from({ length: 50 }, () => send()));
    expect(responses.every(({ status }) => status === 200)).toBe(true);
    expect([tokens.seen.length, registry.seen.length]).toEqual([1, 51]);
  });

  it('gets the token for another repository without refusing first', async () => {
    const { registry, tokens } = await startAuthServers();
    const send = makeSender(registry);
    await send('repository:a:pull');
    await send('repository:b:pull');
    expect([registry.seen.length, listScopes(tokens)]).toEqual([3, [['repository:a:pull'], ['repository:b:pull']]]);
  });

  it('gets user name and password to its token server', async () => {
    const { registry, tokens } = await startAuthServers();
    await makeSender(registry, { credentials: USER })();
    expect(tokens.seen[0]).toMatchObject({ method: 'GET', headers: { authorization: BASIC } });
    expect(tokens.seen[0]!.path).toContain('account=weaver');
  });

  it('gets the scopes in the order needed, target of a mount first', async () => {
    const { registry, tokens } = await startAuthServers();
    await makeSender(registry)('repository:target:pull,push repository:source:pull');
    expect(listScopes(tokens)).toEqual([['repository:target:pull,push', 'repository:source:pull']]);
  });

  it('gets the scopes in the order needed, in whatever order it names them', async () => {
    const { registry, tokens } = await startAuthServers({
      challenge: () => ',scope="repository:source:pull repository:target:push,pull"',
    });
    await makeSender(registry)('repository:target:pull,push repository:source:pull');
    expect(listScopes(tokens)).toEqual([['repository:target:pull,push', 'repository:source:pull']]);
  });

  it('gets no token that was made for another service, or another token server', async () => {
    const [first, second] = [await startFaultServer(() => toGrant('t1')), await startFaultServer(() => toGrant('t2'))];
    const challenges = [
      `realm="${first.url}",service="a"`,
      `realm="${first.url}",service="b"`,
      `realm="${second.url}"`,
    ];
    const registry = await startFaultServer((_request, number) => toChallenge(`Bearer ${challenges[number - 1]}`));
    await makeSender(registry)();
    expect(first.seen.map(({ path }) => new URL(path, first.url).searchParams.get('service'))).toEqual(['a', 'b']);
  });

  it('gets a fresh token once when one has run out', async () => {
    const { registry, tokens } = await startAuthServers({
      accepts: (token) => token !== 'token-1',
      challenge: () => ',error="invalid_token"',
    });
    const response = await makeSender(registry)();
    expect([response.status, tokens.seen.length, registry.seen.length]).toEqual([200, 2, 3]);
  });

  it('gets a larger token once when one was too small', async () => {
    const { registry, tokens } = await startAuthServers({
      accepts: (token) => token !== 'token-1',
      challenge: (_request, token) => (token === '' ? '' : ',error="insufficient_scope",scope="repository:other:pull"'),
    });
    const response = await makeSender(registry)();
    expect(response.status).toBe(200);
    expect(listScopes(tokens)).toEqual([['repository:a/b:pull'], ['repository:a/b:pull', 'repository:other:pull']]);
  });

  it('is not asked again when a larger token is not to be had', async () => {
    const { registry, tokens } = await startAuthServers({
      accepts: () => false,
      challenge: () => ',error="insufficient_scope",scope="repository:a/b:pull"',
    });
    const response = await makeSender(registry)();
    expect([response.status, tokens.seen.length, registry.seen.length]).toEqual([401, 1, 2]);
  });

  it('is asked three times at most when it refuses everything', async () => {
    const { registry, tokens } = await startAuthServers({
      accepts: () => false,
      challenge: () => ',error="invalid_token"',
    });
    const response = await makeSender(registry)();
    expect([response.status, tokens.seen.length, registry.seen.length]).toEqual([401, 2, 3]);
  });

  it('does not get token upon token when it refuses everything to many', async () => {
    const { registry, tokens } = await startAuthServers({
      accepts: () => false,
      challenge: () => ',error="invalid_token"',
    });
    const send = makeSender(registry);
    for (let round = 0; round < 20; round += 1) await send();
    expect(tokens.seen.length).toBeLessThanOrEqual(4);
  });

  it('may suggest no more than to pull to a command that only reads', async () => {
    const { registry, tokens } = await startAuthServers({
      challenge: () => ',scope="repository:a/b:pull,push,delete"',
    });
    await makeSender(registry, { access: 'read' })();
    expect(listScopes(tokens)).toEqual([['repository:a/b:pull']]);
  });

  it.each(['', '*', 'nonsense'])('may suggest the scope %j', async (scope) => {
    const { registry, tokens } = await startAuthServers({ challenge: () => `,scope="${scope}"` });
    expect((await makeSender(registry)()).status).toBe(200);
    expect(listScopes(tokens)).toEqual([['repository:a/b:pull']]);
  });

  it('may keep its challenge for /v2/', async () => {
    const tokens = await startFaultServer(() => toGrant('good'));
    const registry = await startFaultServer(({ path, headers }) => {
      if (headers.authorization === 'Bearer good') return {};
      return path === '/v2/'
        ? toChallenge(`Bearer realm="${tokens.url}/token",scope="repository:x/y:pull"`)
        : { status: 401 };
    });
    expect((await makeSender(registry)()).status).toBe(200);
    expect(listScopes(tokens)).toEqual([['repository:a/b:pull']]);
  });

  it('may forbid something, and is not asked again whatever it says it wants', async () => {
    const tokens = await startFaultServer(() => toGrant('good'));
    const headers = { 'www-authenticate': `Bearer realm="${tokens.url}"` };
    const registry = await startFaultServer(() => ({ status: 403, headers }));
    expect((await makeSender(registry, { credentials: USER })()).status).toBe(403);
    expect([registry.seen.length, tokens.seen]).toEqual([1, []]);
  });

  it('may have no challenge at all', async () => {
    const registry = await startFaultServer(() => ({ status: 401 }));
    expect((await makeSender(registry)()).status).toBe(401);
    expect(registry.seen).toHaveLength(2);
  });

  it('may offer Basic beside it, in any order', async () => {
    const tokens = await startFaultServer(() => toGrant('good'));
    const registry = await startFaultServer(({ headers }) =>
      headers.authorization === 'Bearer good'
        ? {}
        : toChallenge(['Digest realm="x"', `Basic realm="x", Bearer realm="${tokens.url}"`]),
    );
    expect((await makeSender(registry, { credentials: USER })()).status).toBe(200);
  });

  it('may give its realm a query of its own', async () => {
    const { registry, tokens } = await startAuthServers({ challenge: () => '' });
    const odd = await startFaultServer(({ headers }) =>
      headers.authorization === undefined ? toChallenge(`Bearer realm="${tokens.url}/t?x=%2F&y"`) : {},
    );
    await makeSender(odd)();
    expect(tokens.seen[0]!.path).toBe('/t?x=%2F&y&scope=repository%3Aa%2Fb%3Apull&client_id=plait');
    expect(registry.seen).toEqual([]);
  });
});

describe('a token server', () => {
  it('is asked again after a 500', async () => {
    const { registry, tokens } = await startAuthServers({
      grant: inTurn({ status: 500 }, { status: 500 }, toGrant('t')),
    });
    expect((await makeSender(registry)()).status).toBe(200);
    expect(tokens.seen).toHaveLength(3);
  });

  it('that refuses the credentials is named, with where they came from, and asked once', async () => {
    const { registry, tokens } = await startAuthServers({
      grant: () => ({ status: 401, body: '{"details":"wrong password"}' }),
    });
    const send = makeSender(registry, { credentials: USER });
    const error = await send().catch((caught) => caught);
    expect(error).toMatchObject({ code: 'REGISTRY_UNAUTHORIZED', status: 401 });
    expect(error.message).toMatch(/credentials from a test.*wrong password/);
    expect(error.message).toContain(tokens.host);
    await expect(send()).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
    expect(tokens.seen).toHaveLength(1);
  });

  it('that refuses the credentials for everything is soon left alone', async () => {
    const { registry, tokens } = await startAuthServers({ grant: () => ({ status: 401 }) });
    const send = makeSender(registry, { credentials: USER });
    for (let number = 0; number < 20; number += 1) await send(`repository:r${number}:pull`).catch(() => undefined);
    expect(tokens.seen).toHaveLength(3);
  });

  it('that refuses one repository is still asked for others', async () => {
    const { registry, tokens } = await startAuthServers({
      grant: ({ path }) => (path.includes('secret') ? { status: 403 } : toGrant('t')),
    });
    const send = makeSender(registry, { credentials: USER });
    await send('repository:open:pull');
    for (let number = 0; number < 5; number += 1) await send(`repository:secret${number}:pull`).catch(() => undefined);
    expect((await send('repository:other:pull')).status).toBe(200);
    expect(tokens.seen).toHaveLength(7);
  });

  it.each([
    ['no token', { body: '{}' }],
    ['no JSON', { body: '<html>login</html>' }],
    ['two megabytes', { body: 'x'.repeat(2 * 1024 * 1024) }],
  ])('that answers with %s is an error', async (_what, answer) => {
    const { registry } = await startAuthServers({ grant: () => answer });
    await expect(makeSender(registry)()).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
  });

  it('gets an identity token by POST, and the one it gives back the next time', async () => {
    const { registry, tokens } = await startAuthServers({
      grant: (_request, number) => toGrant(`t${number}`, { refresh_token: `next-${number}` }),
    });
    const send = makeSender(registry, { credentials: { kind: 'identity-token', token: 'first', source: 'x' } });
    await send('repository:a:pull');
    await send('repository:b:pull');
    expect(tokens.seen.map(({ method, path }) => [method, path])).toEqual([
      ['POST', '/token'],
      ['POST', '/token'],
    ]);
    expect(tokens.seen.map(({ body }) => Object.fromEntries(new URLSearchParams(String(body))))).toMatchObject([
      { grant_type: 'refresh_token', refresh_token: 'first', service: 'registry.test', scope: 'repository:a:pull' },
      { grant_type: 'refresh_token', refresh_token: 'next-1', scope: 'repository:b:pull' },
    ]);
  });

  it.each([404, 405])('gets the password by POST when it answers a GET with %i', async (status) => {
    const { registry, tokens } = await startAuthServers({
      grant: ({ method }) => (method === 'POST' ? toGrant('t') : { status }),
    });
    expect((await makeSender(registry, { credentials: USER })()).status).toBe(200);
    expect(Object.fromEntries(new URLSearchParams(String(tokens.seen[1]!.body)))).toMatchObject({
      grant_type: 'password',
      username: 'weaver',
      password: 'warp:weft',
    });
  });

  it.each([400, 401, 403])(
    'gets the password once when it answers with %i, and is not asked as nobody',
    async (status) => {
      const { registry, tokens } = await startAuthServers({ grant: () => ({ status }) });
      await expect(makeSender(registry, { credentials: USER })()).rejects.toMatchObject({ status });
      expect(tokens.seen.map(({ method, headers }) => [method, headers.authorization])).toEqual([['GET', BASIC]]);
    },
  );

  it('gets no POST from nobody', async () => {
    const { registry, tokens } = await startAuthServers({ grant: () => ({ status: 404 }) });
    await expect(makeSender(registry)()).rejects.toMatchObject({ code: 'REGISTRY_ERROR' });
    expect(tokens.seen.map(({ method }) => method)).toEqual(['GET']);
  });

  it('is asked by each registry that names it, whose tokens are its own', async () => {
    const { registry, tokens } = await startAuthServers();
    const other = await startFaultServer(({ headers }) =>
      headers.authorization === undefined ? toChallenge(`Bearer realm="${tokens.url}/token"`) : {},
    );
    const client = makeClient();
    for (const { host } of [registry, other]) await client.hasBlob({ registry: host, path: 'a/b' }, DIGEST);
    await client.close();
    expect([...registry.seen, ...other.seen].map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      'Bearer token-1',
      undefined,
      'Bearer token-2',
    ]);
  });

  it('never sees a ready token, which goes to the registry', async () => {
    const { registry, tokens } = await startAuthServers({ accepts: (token) => token === 'ready' });
    const send = makeSender(registry, { credentials: { kind: 'registry-token', token: 'ready', source: 'x' } });
    expect((await send()).status).toBe(200);
    expect(tokens.seen).toEqual([]);
  });

  it('is not asked anonymously when a ready token is refused', async () => {
    const { registry, tokens } = await startAuthServers({ accepts: () => false });
    const send = makeSender(registry, { credentials: { kind: 'registry-token', token: 'stale', source: 'x' } });
    expect((await send()).status).toBe(401);
    expect([registry.seen.length, tokens.seen.length]).toEqual([2, 0]);
  });
});

describe('a realm that cannot be trusted', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data',
    'https://127.0.0.1.nip.invalid/token',
    'file:///etc/passwd',
    'http://registry.example/token',
  ])('gets nothing: %s', async (realm) => {
    const registry = await startFaultServer(() => toChallenge(`Bearer realm="${realm}"`));
    await expect(makeSender(registry, { credentials: USER })()).rejects.toMatchObject({ code: 'REALM_REFUSED' });
    expect(registry.seen).toHaveLength(1);
  });

  it('gets no credentials by redirect', async () => {
    const trap = await startFaultServer(() => toGrant('t'));
    const { registry, tokens } = await startAuthServers({
      grant: () => ({ status: 307, headers: { location: `${trap.url}/token` } }),
    });
    await makeSender(registry, { credentials: USER })();
    expect(tokens.seen[0]!.headers.authorization).toBe(BASIC);
    expect(trap.seen[0]!.headers.authorization).toBeUndefined();
  });

  it('gets no identity token by redirect', async () => {
    const trap = await startFaultServer(() => toGrant('t'));
    const { registry } = await startAuthServers({
      grant: () => ({ status: 307, headers: { location: `${trap.url}/token` } }),
    });
    const send = makeSender(registry, { credentials: { kind: 'identity-token', token: 'idt', source: 'x' } });
    await expect(send()).rejects.toMatchObject({ code: 'REALM_REFUSED' });
    expect(trap.seen).toEqual([]);
  });
});

describe('a redirect that ends in a 401 elsewhere', () => {
  it('is not answered with credentials', async () => {
    const trap: FaultServer = await startFaultServer(() => toChallenge('Basic realm="x"'));
    const registry = await startFaultServer(() => ({ status: 307, headers: { location: trap.url } }));
    const response = await makeSender(registry, { credentials: USER })();
    expect([response.status, registry.seen.length, trap.seen.length]).toEqual([401, 1, 1]);
    expect(trap.seen[0]!.headers.authorization).toBeUndefined();
  });
});

describe('a registry that wants Basic', () => {
  it('gets it from the second request on without asking', async () => {
    const registry = await startBasicServer();
    const send = makeSender(registry, { credentials: USER });
    await send('repository:a:pull');
    await send('repository:b:pull');
    expect(registry.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, BASIC, BASIC]);
  });

  it('gives its 401 back when there are no credentials', async () => {
    const registry = await startBasicServer();
    expect((await makeSender(registry)()).status).toBe(401);
    expect(registry.seen).toHaveLength(1);
  });

  it('is soon left alone when it does not take the password', async () => {
    const registry = await startFaultServer(() => toChallenge('Basic realm="x"'));
    const send = makeSender(registry, { credentials: USER });
    const first = await send('repository:r:pull');
    for (let number = 0; number < 20; number += 1) await send(`repository:r${number}:pull`).catch(() => undefined);
    expect(first.status).toBe(401);
    expect(registry.seen.filter(({ headers }) => headers.authorization === BASIC)).toHaveLength(3);
  });

  it('is told again about a password that worked, whatever it refuses', async () => {
    const registry = await startFaultServer(({ headers, path }) =>
      headers.authorization === BASIC && path === '/v2/open' ? {} : toChallenge('Basic realm="x"'),
    );
    const send = makeSender(registry, {
      credentials: USER,
      path: (scope) => (scope === 'repository:open:pull' ? '/v2/open' : '/v2/x'),
    });
    await send('repository:open:pull');
    for (let number = 0; number < 5; number += 1) await send(`repository:r${number}:pull`);
    expect((await send('repository:open:pull')).status).toBe(200);
  });
});

function startBasicServer(): Promise<FaultServer> {
  return startFaultServer(({ headers }) =>
    headers.authorization === BASIC ? {} : toChallenge('Basic realm="Registry"'),
  );
}
