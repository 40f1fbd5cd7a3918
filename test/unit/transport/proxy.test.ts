import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProxyFinder } from '../../../src/transport/proxy.ts';
import type { Transport } from '../../../src/transport/transport.ts';
import { type Certificate, makeCertificate } from '../../support/certificates.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import { makeTransport, sendSmall } from '../../support/make-transport.ts';
import { type ProxyServer, startProxyServer } from '../../support/proxy-server.ts';
import { makeTempDir } from '../../support/temp-dir.ts';
import { startTlsServer } from '../../support/tls-server.ts';

const NAME = 'registry.test';
const BASIC = `Basic ${Buffer.from('weaver:hunter2').toString('base64')}`;

describe('the proxy for a URL', () => {
  const proxies = { HTTPS_PROXY: 'http://secure:1', http_proxy: 'plain:2' };

  it.each([
    ['https://ghcr.io/', {}, 'http://secure:1/'],
    ['http://ghcr.io/', {}, 'http://plain:2/'],
    ['https://ghcr.io/', { https_proxy: 'http://lower:3' }, 'http://lower:3/'],
    ['https://ghcr.io/', { https_proxy: '' }, undefined],
    ['https://localhost:5000/', {}, undefined],
    ['https://127.0.0.1/', {}, undefined],
    ['https://[::1]:5000/', {}, undefined],
    ['https://ghcr.io/', { NO_PROXY: '*' }, undefined],
    ['https://ghcr.io/', { NO_PROXY: 'a.b, GHCR.io' }, undefined],
    ['https://pkg.ghcr.io/', { no_proxy: '.ghcr.io' }, undefined],
    ['https://pkg.ghcr.io/', { no_proxy: '*.ghcr.io' }, undefined],
    ['https://pkg.ghcr.io/', { no_proxy: 'ghcr.io' }, undefined],
    ['https://evilghcr.io/', { no_proxy: 'ghcr.io' }, 'http://secure:1/'],
    ['https://ghcr.io/', { no_proxy: 'ghcr.io:443' }, undefined],
    ['https://ghcr.io:5000/', { no_proxy: 'ghcr.io:443' }, 'http://secure:1/'],
    ['https://10.1.2.3/', { no_proxy: '10.0.0.0/8' }, undefined],
    ['https://11.1.2.3/', { no_proxy: '10.0.0.0/8' }, 'http://secure:1/'],
    ['https://[2001:db8::1]/', { no_proxy: '2001:db8::/32' }, undefined],
  ])('%s with %j is %s', (url, more, expected) => {
    expect(createProxyFinder({ ...proxies, ...more })(new URL(url))?.href).toBe(expected);
  });

  it.each([
    ['https://ghcr.io/', { ALL_PROXY: 'http://all:4' }, 'http://all:4/'],
    ['http://ghcr.io/', { ALL_PROXY: 'http://all:4' }, 'http://all:4/'],
    ['https://ghcr.io/', { ALL_PROXY: 'http://all:4', all_proxy: 'lower:5' }, 'http://lower:5/'],
    ['https://ghcr.io/', { ALL_PROXY: 'http://all:4', HTTPS_PROXY: 'http://secure:1' }, 'http://secure:1/'],
    ['http://ghcr.io/', { ALL_PROXY: 'http://all:4', HTTPS_PROXY: 'http://secure:1' }, 'http://all:4/'],
    ['https://ghcr.io/', { ALL_PROXY: 'http://all:4', HTTPS_PROXY: '' }, undefined],
    ['https://ghcr.io/', { ALL_PROXY: 'http://all:4', NO_PROXY: 'ghcr.io' }, undefined],
    ['https://localhost:5000/', { ALL_PROXY: 'http://all:4' }, undefined],
    ['https://ghcr.io/', { ALL_PROXY: '' }, undefined],
    ['https://ghcr.io/', { ALL_PROXY: 'socks5://s:1', HTTPS_PROXY: 'http://secure:1' }, 'http://secure:1/'],
    ['https://ghcr.io/', { ALL_PROXY: 'socks5://s:1', NO_PROXY: 'ghcr.io' }, undefined],
  ])('%s with nothing but %j is %s', (url, environment, expected) => {
    expect(createProxyFinder(environment)(new URL(url))?.href).toBe(expected);
  });

  it.each(['socks5://user:hunter2@p:1', 'SOCKS5H://user:hunter2@p', 'socks4://hunter2'])(
    'must not be a SOCKS proxy, and the way out is named: %s',
    (value) => {
      const find = (): unknown => createProxyFinder({ all_proxy: value })(new URL('https://ghcr.io/'));
      expect(find).toThrow(
        expect.objectContaining({
          code: 'PROXY_FAILED',
          message: expect.stringMatching(/^all_proxy(?!.*hunter2)/),
          hint: expect.stringMatching(/^(?!.*hunter2).*HTTPS_PROXY=.*NO_PROXY/),
        }),
      );
    },
  );

  it.each(['socks5://user:hunter2@p:1', 'http://user:hunter2@:80', 'ftp://hunter2'])('must be one: %s', (value) => {
    const find = (): unknown => createProxyFinder({ HTTPS_PROXY: value })(new URL('https://ghcr.io/'));
    expect(find).toThrow(
      expect.objectContaining({ code: 'PROXY_FAILED', message: expect.not.stringContaining('hunter2') }),
    );
  });
});

describe('a proxy', () => {
  it('leads to a registry without seeing what is sent, and only it sees its own password', async () => {
    const certificate = makeCertificate({ names: [NAME] });
    const server = await startTlsServer({ certificate });
    const proxy = await startProxyServer();
    const transport = behind(proxy, { ca: save(certificate) });
    const url = `https://${NAME}:${server.port}/v2/`;
    for (const _ of [1, 2, 3, 4]) await sendSmall(transport, url, { authorization: BASIC });
    // The pool may open a second one while the first is being put back.
    expect(proxy.seen.length).toBeLessThanOrEqual(2);
    expect(proxy.seen[0]).toMatchObject({
      target: `${NAME}:${server.port}`,
      headers: { 'proxy-authorization': `Basic ${Buffer.from('me:p@ss').toString('base64')}` },
    });
    expect(proxy.seen[0]?.headers.authorization).toBeUndefined();
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([BASIC, BASIC, BASIC, BASIC]);
    expect(server.seen.filter(({ headers }) => 'proxy-authorization' in headers)).toEqual([]);
  });

  it('that all_proxy names leads to registries in https and in http', async () => {
    const certificate = makeCertificate({ names: [NAME] });
    const secure = await startTlsServer({ certificate });
    const plain = await startFaultServer(() => ({}));
    const proxy = await startProxyServer();
    const profile = { ca: save(certificate) };
    const transport = makeTransport({ profile: () => profile, environment: { all_proxy: `http://${proxy.host}` } });
    await sendSmall(transport, `https://${NAME}:${secure.port}/`);
    await sendSmall(transport, plain.url.replace('127.0.0.1', NAME));
    expect([proxy.seen.length, secure.seen.length, plain.seen.length]).toEqual([2, 1, 1]);
  });

  it('that speaks SOCKS is not asked, and nothing goes around it', async () => {
    const server = await startFaultServer(() => ({}));
    const proxy = await startProxyServer();
    const transport = makeTransport({ environment: { ALL_PROXY: `socks5h://me:hunter2@${proxy.host}` } });
    await expect(sendSmall(transport, server.url.replace('127.0.0.1', NAME))).rejects.toMatchObject({
      code: 'PROXY_FAILED',
      message: expect.stringMatching(/^could not read it: ALL_PROXY(?!.*hunter2)/),
    });
    expect([proxy.seen, proxy.plain, server.seen]).toEqual([[], [], []]);
  });

  it('leads to a registry in plain http through a connection too, so that it is sent no password of the registry', async () => {
    const server = await startFaultServer(() => ({}));
    const proxy = await startProxyServer();
    const url = server.url.replace('127.0.0.1', NAME);
    expect((await sendSmall(behind(proxy), url, { authorization: BASIC })).status).toBe(200);
    expect([proxy.plain, server.seen.length]).toEqual([[], 1]);
  });

  it('is not gone around to find out whether a registry that cuts connections speaks TLS', async () => {
    const server = await startTlsServer({ certificate: makeCertificate({ names: [NAME] }) });
    const proxy = await startProxyServer();
    const transport = behind(proxy);
    await expect(sendSmall(transport, `http://${NAME}:${server.port}/`)).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
    });
    expect(proxy.seen).toHaveLength(transport.counts().GET ?? 0);
  });

  it('does not vouch for the registry behind it', async () => {
    const server = await startTlsServer({ certificate: makeCertificate({ names: [NAME] }) });
    const proxy = await startProxyServer();
    await expect(sendSmall(behind(proxy), `https://${NAME}:${server.port}/`)).rejects.toMatchObject({
      code: 'REGISTRY_TLS',
    });
    expect(server.seen).toEqual([]);
  });

  it('is itself known by its certificate', async () => {
    const certificate = makeCertificate({ names: [NAME, 'localhost'] });
    const server = await startTlsServer({ certificate });
    const proxy = await startProxyServer({ tls: certificate });
    const environment = { HTTPS_PROXY: `https://${proxy.host}` };
    const trusting = makeTransport({ profile: () => ({ ca: save(certificate) }), environment });
    const url = `https://${NAME}:${server.port}/`;
    expect((await sendSmall(trusting, url)).status).toBe(200);
    const careful = makeTransport({ profile: () => ({}), environment });
    await expect(sendSmall(careful, url)).rejects.toMatchObject({ code: 'PROXY_FAILED' });
    expect(proxy.seen).toHaveLength(1);
  });

  it.each(['407 Proxy Authentication Required', '403 Forbidden', '502 Bad Gateway'])(
    'that answers %s is not asked again',
    async (refusal) => {
      const proxy = await startProxyServer({ refusal });
      const sent = sendSmall(behind(proxy), `https://${NAME}/`, { authorization: BASIC });
      await expect(sent).rejects.toMatchObject({
        code: 'PROXY_FAILED',
        message: expect.stringMatching(new RegExp(`^could not read it: (?!.*p@ss).*${proxy.host}.*${refusal}`)),
      });
      expect(proxy.seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    },
  );

  it('that is not there is named', async () => {
    const transport = makeTransport({ profile: () => ({}), environment: { HTTPS_PROXY: 'http://127.0.0.1:1' } });
    await expect(sendSmall(transport, `https://${NAME}/`)).rejects.toMatchObject({
      code: 'PROXY_FAILED',
      hint: expect.stringContaining('HTTPS_PROXY'),
    });
  });

  it('is not on the way to this machine', async () => {
    const server = await startFaultServer(() => ({}));
    const proxy = await startProxyServer();
    await sendSmall(behind(proxy), server.url);
    expect([proxy.seen, server.seen.length]).toEqual([[], 1]);
  });

  it.each(['https://10.0.0.1/secret', 'https://169.254.169.254/latest/meta-data'])(
    'is not asked for an address inside that a registry sends us to: %s',
    async (location) => {
      const certificate = makeCertificate({ names: [NAME] });
      const server = await startTlsServer({ certificate, answer: () => ({ status: 307, headers: { location } }) });
      const proxy = await startProxyServer();
      const sent = sendSmall(behind(proxy, { ca: save(certificate) }), `https://${NAME}:${server.port}/`);
      await expect(sent).rejects.toMatchObject({ code: 'REDIRECT_REFUSED' });
      expect(proxy.seen.map(({ target }) => target)).toEqual([`${NAME}:${server.port}`]);
    },
  );
});

function behind(proxy: ProxyServer, profile: { readonly ca?: string } = {}): Transport {
  const url = `http://me:p%40ss@${proxy.host}`;
  return makeTransport({ profile: () => profile, environment: { HTTPS_PROXY: url, HTTP_PROXY: url } });
}

function save({ certificate }: Certificate): string {
  const path = join(makeTempDir(), 'ca.pem');
  writeFileSync(path, certificate);
  return path;
}
