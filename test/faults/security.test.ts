import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { computeDigest } from '../../src/oci/digest.ts';
import { MEDIA_TYPES } from '../../src/oci/media-types.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import { copyManifest } from '../../src/registry/copy.ts';
import { toChallenge, toGrant } from '../support/auth-servers.ts';
import { makeCertificate } from '../support/certificates.ts';
import { INDEX, NO_DIGEST, openClient } from '../support/client-bench.ts';
import { installHelper } from '../support/fake-helper.ts';
import {
  type FaultAnswer,
  type FaultHandler,
  type FaultServer,
  type FaultServerOptions,
  registryError,
  startFaultServer,
} from '../support/fault-server.ts';
import { startProxyServer } from '../support/proxy-server.ts';
import { makeTempDir } from '../support/temp-dir.ts';
import { BASIC, findOutsideAddress, LIVE, listAuthorizations, OTHER } from './fault-bench.ts';
import { expectCode } from './fault-row.ts';
import {
  expectHarmless,
  findSecrets,
  HEADER,
  makeHome,
  openLoggedIn,
  startTrap,
  TOKEN,
  TRAPS,
  tryEverything,
} from './traps.ts';

const OUTSIDE = findOutsideAddress();

afterAll(() =>
  process.stdout.write(
    `traps: ${TRAPS.servers} servers were sent ${TRAPS.requests} requests with ${TRAPS.credentials} credentials in them\n`,
  ),
);

describe('credentials, cookies and headers of the config', () => {
  it('go to the registry itself', async () => {
    const registry = await startBasic(() => LIVE);
    await openLoggedIn(registry.host).headManifest(toRepository(registry), 'x');
    expect(registry.seen.at(-1)!.headers).toMatchObject({ authorization: BASIC, 'x-company': HEADER });
    expect(registry.seen.every(({ headers }) => headers.cookie === undefined)).toBe(true);
  });

  it.each([301, 302, 303, 307, 308])('do not follow a redirect with %i to another origin', async (status) => {
    const trap = await startTrap(() => LIVE);
    const registry = await startBasic(() => redirect(trap.url, status));
    await tryEverything(openLoggedIn(registry.host), toRepository(registry));
    expect(expectHarmless(trap)).toBeGreaterThan(0);
  });

  it('do not follow it back either', async () => {
    const registry: FaultServer = await startFaultServer(({ path, headers }) => {
      if (path === '/back') return redirect('/further');
      if (path === '/further') return LIVE;
      return headers.authorization === undefined ? toChallenge('Basic realm="x"') : redirect(trap.url);
    });
    const trap = await startTrap(() => redirect(`${registry.url}/back`));
    await tryEverything(openLoggedIn(registry.host), toRepository(registry));
    expect(expectHarmless(trap)).toBeGreaterThan(0);
    for (const way of ['/back', '/further'])
      expect(expectHarmless({ seen: registry.seen.filter(({ path }) => path === way) })).toBeGreaterThan(0);
  });

  it.each(['Basic realm="x"', 'Bearer realm="http://127.0.0.1:1/token"', 'own'])(
    'are not given to who asks for them behind a redirect: %s',
    async (challenge) => {
      const trap: FaultServer = await startTrap(() =>
        toChallenge(challenge === 'own' ? `Bearer realm="${trap.url}/token"` : challenge),
      );
      const registry = await startBasic(() => redirect(trap.url));
      await tryEverything(openLoggedIn(registry.host), toRepository(registry));
      expect(expectHarmless(trap)).toBeGreaterThan(0);
    },
  );

  it('do not go from https to http', async () => {
    const trap = await startTrap(() => LIVE);
    const registry = await startBasic(() => redirect(trap.url), { tls: makeCertificate() });
    const settings = { plainHttp: false, insecureSkipVerify: true };
    await tryEverything(openLoggedIn(registry.host, { settings }), toRepository(registry));
    expect(expectHarmless(trap)).toBe(0);
  });
});

describe.runIf(OUTSIDE !== undefined)('a registry that is not on the loopback interface', () => {
  const here = { address: OUTSIDE ?? '' };

  it.each(['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '0.0.0.0', '2130706433'])(
    'cannot redirect us to %s',
    async (name) => {
      const trap = await startTrap(() => LIVE);
      const registry = await startBasic(() => redirect(`http://${name}:${portOf(trap)}`), here);
      const said = await tryEverything(openLoggedIn(registry.host), toRepository(registry));
      expect(said[0]).toMatchObject({ code: 'REDIRECT_REFUSED' });
      expect(expectHarmless(trap)).toBe(0);
    },
  );

  it.each(['127.0.0.1', 'localhost'])('cannot have us upload to %s', async (name) => {
    const trap = await startTrap(() => ({ status: 201 }));
    const registry = await startBasic(
      ({ method }) => (method === 'POST' ? opened(`http://${name}:${portOf(trap)}/up`) : answerBlob(method)),
      here,
    );
    await expectCode(copyBlob(registry), 'REDIRECT_REFUSED');
    expect(expectHarmless(trap)).toBe(0);
  });

  it.each(['https://127.0.0.1:PORT/token', 'https://localhost:PORT/token', 'http://localhost:PORT/token'])(
    'cannot have us log in at %s, even if it is trusted',
    async (realm) => {
      const trap = await startTrap(() => toGrant(TOKEN), realm.startsWith('https') ? { tls: makeCertificate() } : {});
      const challenge = toChallenge(`Bearer realm="${realm.replace('PORT', portOf(trap))}"`);
      const registry = await startFaultServer(() => challenge, here);
      for (const entry of [undefined, { identitytoken: TOKEN }, {}]) {
        const settings = { trustedRealms: ['localhost', '127.0.0.1'], insecureSkipVerify: true };
        const client = openLoggedIn(registry.host, { settings, ...(entry === undefined ? {} : { entry }) });
        const said = await tryEverything(client, toRepository(registry));
        expect(said[0]).toMatchObject({ code: 'REALM_REFUSED' });
      }
      expect(expectHarmless(trap)).toBe(0);
      expect(listAuthorizations(registry).every((value) => value === undefined)).toBe(true);
    },
  );

  it('is not spoken to in plain http unless the user says so', async () => {
    const received: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined).on('data', (data) => received.push(data));
      setTimeout(() => socket.destroy(), 100);
    });
    await new Promise<void>((resolve) => server.listen(0, here.address, resolve));
    onTestFinished(() => void server.close());
    const host = `${here.address}:${(server.address() as AddressInfo).port}`;
    const client = openClient({ homeDirectory: makeHome(host), settings: () => ({}), retry: { attempts: 1 } });
    await tryEverything(client, parseRepository(`${host}/a/b`));
    const text = Buffer.concat(received).toString('latin1');
    expect([text.length > 0, /\b(?:GET|HEAD|POST|PUT) \//.test(text), findSecrets(text)]).toEqual([true, false, []]);
  });
});

describe('a realm', () => {
  it('on another host gets nothing unless it is trusted', async () => {
    const address = OUTSIDE ?? '127.0.0.2';
    const trap = await startTrap(() => toGrant(TOKEN), { tls: makeCertificate(), address });
    const registry = await startFaultServer(() => toChallenge(`Bearer realm="${trap.url}/token"`));
    const client = openLoggedIn(registry.host, { settings: { insecureSkipVerify: true } });
    const said = await tryEverything(client, toRepository(registry));
    expect(said[0]).toMatchObject(OUTSIDE === undefined ? {} : { code: 'REALM_REFUSED' });
    if (OUTSIDE !== undefined) expect(expectHarmless(trap)).toBe(0);
  });

  it.each([
    'http://user:pass@HOST/token',
    'http://HOST/token#x',
    'file:///etc/passwd',
    'ftp://HOST/',
    '//HOST/token',
    '',
  ])('is not asked when it is %s', async (realm) => {
    const trap = await startTrap(() => toGrant(TOKEN));
    const registry = await startFaultServer(() => toChallenge(`Bearer realm="${realm.replace('HOST', trap.host)}"`));
    await expectCode(openLoggedIn(registry.host).headManifest(toRepository(registry), 'x'), 'REALM_REFUSED');
    expect(expectHarmless(trap)).toBe(0);
  });

  it.each([301, 307, 308])('does not pass on what it gets when it redirects with %i', async (status) => {
    const trap = await startTrap(() => toGrant('other'));
    const tokens = await startFaultServer(() => redirect(`${trap.url}/token`, status));
    const registry = await startFaultServer(() => toChallenge(`Bearer realm="${tokens.url}/token"`));
    for (const entry of [undefined, { identitytoken: TOKEN }]) {
      const client = openLoggedIn(registry.host, entry === undefined ? {} : { entry });
      await tryEverything(client, toRepository(registry));
    }
    expect(expectHarmless(trap)).toBeGreaterThan(0);
    expect(tokens.seen.some(({ headers }) => headers.authorization === BASIC)).toBe(true);
  });

  it('is left after five redirects', async () => {
    const tokens = await startFaultServer((_request, number) => redirect(`/token/${number}`));
    const registry = await startFaultServer(() => toChallenge(`Bearer realm="${tokens.url}/token"`));
    await expectCode(openLoggedIn(registry.host).headManifest(toRepository(registry), 'x'), 'REALM_REFUSED');
    expect(tokens.seen).toHaveLength(6);
  });

  it('gives a token that goes nowhere but to its registry', async () => {
    const trap = await startTrap(() => LIVE);
    const tokens = await startFaultServer(() => toGrant(TOKEN));
    const registry = await startFaultServer(({ headers }) =>
      headers.authorization === `Bearer ${TOKEN}`
        ? redirect(trap.url)
        : toChallenge(`Bearer realm="${tokens.url}/token",service="s"`),
    );
    await tryEverything(openLoggedIn(registry.host), toRepository(registry));
    expect(expectHarmless(trap)).toBeGreaterThan(0);
    expect(tokens.seen.every(({ headers }) => headers['x-company'] === undefined)).toBe(true);
  });
});

describe('an address in an answer', () => {
  it('of an upload on another origin gets the blob and nothing else', async () => {
    const trap = await startTrap(() => ({ status: 201 }));
    const registry = await startBasic(({ method }) =>
      method === 'POST' ? opened(`${trap.url}/up`) : answerBlob(method),
    );
    await copyBlob(registry);
    expect(expectHarmless(trap)).toBe(1);
  });

  it('of an upload that asks for credentials gets none', async () => {
    const trap = await startTrap(() => toChallenge('Basic realm="x"'));
    const registry = await startBasic(({ method }) =>
      method === 'POST' ? opened(`${trap.url}/up`) : answerBlob(method),
    );
    await expectCode(copyBlob(registry), 'REGISTRY_UNAUTHORIZED');
    expect(expectHarmless(trap)).toBe(1);
  });

  it.each(['<URL/x>', '<//HOST/x>', '<URL/v2/a/b/tags/list?n=1>'])(
    'of the next page is not followed: %s',
    async (link) => {
      const trap = await startTrap(() => ({ body: '{"tags":["evil"]}' }));
      const next = `${link.replace('URL', trap.url).replace('HOST', trap.host)}; rel="next"`;
      const registry = await startBasic(() => ({ headers: { link: next }, body: '{"tags":["a"]}' }));
      await expectCode(openLoggedIn(registry.host).listTags(toRepository(registry)), 'REGISTRY_PROTOCOL');
      expect(expectHarmless(trap)).toBe(0);
    },
  );

  it('of a layer is not fetched', async () => {
    const trap = await startTrap(() => ({ body: 'x' }));
    const config = { mediaType: MEDIA_TYPES.ociConfig, digest: computeDigest(Buffer.from('x')), size: 1 };
    const layers = [{ mediaType: 'a/b', digest: NO_DIGEST, size: 5, urls: [`${trap.url}/layer`] }];
    const body = JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociManifest, config, layers });
    const digest = computeDigest(Buffer.from(body));
    const registry = await startBasic(({ method, path }) => {
      if (method === 'GET' && path.includes('/manifests/'))
        return { headers: { 'content-type': MEDIA_TYPES.ociManifest }, body };
      if (method === 'POST') return { status: 201 };
      return method === 'PUT' ? { status: 201, headers: { 'docker-content-digest': digest } } : answerBlob(method);
    });
    const [from, to] = [toRepository(registry), { ...toRepository(registry), path: 'c/d' }];
    expect(await copyManifest(openLoggedIn(registry.host), { from, to, digest })).toBe('copied');
    expect(expectHarmless(trap)).toBe(0);
  });
});

describe('what is between us and a registry', () => {
  it('as a proxy sees where we go, and no credentials of the registry', async () => {
    const proxy = await startProxyServer();
    const registry = await startBasic(() => LIVE);
    const host = `registry.example:${portOf(registry)}`;
    const client = openLoggedIn(host, { environment: { HTTP_PROXY: `http://${proxy.host}` } });
    await client.headManifest(parseRepository(`${host}/a/b`), 'x');
    expect(proxy.seen.map(({ target }) => target)).toContain(host);
    expect([findSecrets(JSON.stringify(proxy.seen)), proxy.plain]).toEqual([[], []]);
    expect(registry.seen.at(-1)!.headers.authorization).toBe(BASIC);
  });

  it.each(['Basic realm="x"', 'Bearer realm="URL/token"', ''])(
    'as a mirror gets no credentials of the registry, even if it asks with %s',
    async (challenge) => {
      const mirror: FaultServer = await startTrap(() =>
        challenge === '' ? OTHER : toChallenge(challenge.replace('URL', mirror.url)),
      );
      const registry = await startBasic(() => LIVE);
      const client = openLoggedIn(registry.host, { settings: { mirrors: [mirror.host] } });
      const { digest } = INDEX.manifest;
      const stored = await client.getManifest(toRepository(registry), digest, { mirrors: true });
      expect([stored?.digest, mirror.seen.length > 0]).toEqual([digest, true]);
      // The user names the mirror, so it gets what every registry gets.
      const seen = mirror.seen.map(({ headers: { 'x-company': _own, ...headers }, ...request }) => ({
        ...request,
        headers,
      }));
      expectHarmless({ seen });
    },
  );

  it('as a credential helper learns the name of the registry on its input, and nothing on its command line', async () => {
    const registry = await startBasic(() => LIVE);
    const log = join(makeTempDir(), 'log');
    const script = `echo "$# $* | $(cat)" > ${log}; echo '{"Username":"weaver","Secret":"none"}'`;
    const client = openLoggedIn(registry.host, {
      environment: installHelper('test', script),
      settings: { auth: { kind: 'helper', helper: 'test' } },
    });
    await expectCode(client.headManifest(toRepository(registry), 'x'), 'REGISTRY_UNAUTHORIZED');
    expect(readFileSync(log, 'utf8')).toBe(`1 get | ${registry.host}\n`);
  });
});

function toRepository({ host }: FaultServer): ReturnType<typeof parseRepository> {
  return parseRepository(`${host}/a/b`);
}

function portOf({ host }: Pick<FaultServer, 'host'>): string {
  return host.split(':')[1] ?? '';
}

function redirect(location: string, status = 307): FaultAnswer {
  return { status, headers: { location } };
}

function opened(location: string): FaultAnswer {
  return { status: 202, headers: { location } };
}

/** Copies the blob of {@link answerBlob} to another repository of the registry. */
function copyBlob(registry: FaultServer): Promise<unknown> {
  const descriptor = { mediaType: 'a/b', digest: computeDigest(Buffer.from('x')), size: 1 };
  const [from, to] = [toRepository(registry), { ...toRepository(registry), path: 'c/d' }];
  return openLoggedIn(registry.host).copyBlob({ from, to, descriptor });
}

/** A registry that has one blob, of one byte, and only at its source. */
function answerBlob(method: string): FaultAnswer {
  return method === 'GET' ? { body: 'x' } : registryError(404, 'BLOB_UNKNOWN');
}

/** A registry that wants Basic before it answers. */
function startBasic(answer: FaultHandler, options: FaultServerOptions = {}): Promise<FaultServer> {
  return startFaultServer(
    (request, number) =>
      request.headers.authorization === BASIC ? answer(request, number) : toChallenge('Basic realm="x"'),
    options,
  );
}
