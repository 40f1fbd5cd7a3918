import { writeFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HostProfile } from '../../../src/transport/host-profile.ts';
import { createSchemeFinder } from '../../../src/transport/scheme.ts';
import type { Transport } from '../../../src/transport/transport.ts';
import { type Certificate, makeCertificate } from '../../support/certificates.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import { REAL_CLOCK } from '../../support/make-client.ts';
import { makeTransport, sendSmall } from '../../support/make-transport.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

const DAY_MS = 24 * 3_600_000;

describe('a certificate', () => {
  it('of an unknown authority is refused at once, with what to set', async () => {
    const server = await startFaultServer(() => ({}), { tls: makeCertificate() });
    await expect(sendSmall(withProfile({}), server.url)).rejects.toMatchObject({
      code: 'REGISTRY_TLS',
      hint: expect.stringMatching(/`ca`.*`insecureSkipVerify: true`/),
    });
    expect(server.seen).toEqual([]);
  });

  it('is taken when its authority is named', async () => {
    const tls = makeCertificate();
    const server = await startFaultServer(() => ({}), { tls });
    expect((await sendSmall(withProfile({ ca: save(tls) }), server.url)).status).toBe(200);
  });

  it('that has expired is refused', async () => {
    const tls = makeCertificate({ notBefore: Date.now() - 2 * DAY_MS, notAfter: Date.now() - DAY_MS });
    const server = await startFaultServer(() => ({}), { tls });
    await expect(sendSmall(withProfile({ ca: save(tls) }), server.url)).rejects.toMatchObject({
      code: 'REGISTRY_TLS',
      message: expect.stringContaining('expired'),
      hint: expect.stringContaining('clock'),
    });
  });

  it('for another name is refused', async () => {
    const tls = makeCertificate({ names: ['other.example'], ipv4: [] });
    const server = await startFaultServer(() => ({}), { tls });
    await expect(sendSmall(withProfile({ ca: save(tls) }), server.url)).rejects.toMatchObject({
      code: 'REGISTRY_TLS',
      message: expect.stringContaining('another name'),
      hint: expect.stringContaining('(other.example)'),
    });
  });

  it('is not looked at when the user says so', async () => {
    const tls = makeCertificate({ notAfter: Date.now() - DAY_MS, notBefore: Date.now() - 2 * DAY_MS });
    const server = await startFaultServer(() => ({}), { tls });
    expect((await sendSmall(withProfile({ insecureSkipVerify: true }), server.url)).status).toBe(200);
  });

  it('is looked at on a host that a redirect leads to, whatever holds for the first', async () => {
    const stranger = await startFaultServer(() => ({}), { tls: makeCertificate() });
    const server = await startFaultServer(() => ({ status: 307, headers: { location: stranger.url } }), {
      tls: makeCertificate(),
    });
    const profile = (host: string): HostProfile => (host === server.host ? { insecureSkipVerify: true } : {});
    await expect(sendSmall(makeTransport({ profile }), server.url)).rejects.toMatchObject({ code: 'REGISTRY_TLS' });
    expect(stranger.seen).toEqual([]);
  });
});

describe('the file of authorities', () => {
  it('must exist', async () => {
    const transport = withProfile({ ca: '/nowhere/ca.pem' });
    await expect(sendSmall(transport, 'https://127.0.0.1:1')).rejects.toMatchObject({
      code: 'REGISTRY_TLS',
      message: expect.stringContaining('/nowhere/ca.pem'),
    });
  });

  it('must hold a certificate', async () => {
    const path = join(makeTempDir(), 'ca.pem');
    writeFileSync(path, 'hello');
    await expect(sendSmall(withProfile({ ca: path }), 'https://127.0.0.1:1')).rejects.toMatchObject({
      code: 'REGISTRY_TLS',
    });
  });
});

describe('a server that offers HTTP/2', () => {
  it('is spoken to in HTTP/1.1', async () => {
    const { certificate, key } = makeCertificate();
    const server = createSecureServer({ cert: certificate, key, allowHTTP1: true }, (request, response) =>
      response.end(request.httpVersion),
    );
    const url = `https://${await listen(server)}`;
    const { body } = await sendSmall(withProfile({ insecureSkipVerify: true }), url);
    expect(Buffer.from(body).toString()).toBe('1.1');
  });
});

describe('https and http', () => {
  it('do not mix: https on a plain port names the setting', async () => {
    const server = await startFaultServer(() => ({}));
    await expect(sendSmall(withProfile({}), server.url.replace('http:', 'https:'))).rejects.toMatchObject({
      code: 'REGISTRY_TLS',
      hint: expect.stringContaining('`plainHttp: true`'),
    });
    expect(server.seen).toEqual([]);
  });

  it('do not mix: http on a port of TLS says so, after one try', async () => {
    const server = await startFaultServer(() => ({}), { tls: makeCertificate() });
    const transport = withProfile({ plainHttp: true });
    await expect(sendSmall(transport, server.url.replace('https:', 'http:'))).rejects.toMatchObject({
      code: 'REGISTRY_TLS',
      hint: expect.stringContaining('`plainHttp: true`'),
    });
    expect(transport.counts()).toEqual({ GET: 1 });
  });

  it.each([
    ['an alert', [0x15, 3, 1, 0, 2, 2, 70]],
    ['a handshake', [0x16, 3, 3, 0, 2, 1, 0]],
  ])('do not mix: http that is answered with %s of TLS says so', async (_what, bytes) => {
    const { url } = await startRawServer((socket) => void socket.end(Buffer.from(bytes)));
    await expect(sendSmall(withProfile({}), url)).rejects.toMatchObject({
      code: 'REGISTRY_TLS',
      hint: expect.stringContaining('`plainHttp: true`'),
    });
  });

  it.each<[string, (socket: Socket) => void, string]>([
    ['cut', (socket) => void socket.destroy(), 'REGISTRY_UNREACHABLE'],
    ['reset', (socket) => void socket.resetAndDestroy(), 'REGISTRY_UNREACHABLE'],
    ['cut half-way', (socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-le'), 'REGISTRY_UNREACHABLE'],
    ['answered by something else', (socket) => void socket.end('SSH-2.0-OpenSSH_9\r\n'), 'REGISTRY_PROTOCOL'],
  ])('are not mixed up when http is %s', async (_what, answer, code) => {
    const { url } = await startRawServer(answer);
    await expect(sendSmall(withProfile({}), url)).rejects.toMatchObject({
      code,
      hint: expect.stringMatching(/^(?!.*plainHttp).*(?:firewall|port)/),
    });
  });

  it('are told apart by one handshake a run, however many requests are cut', async () => {
    const { url, connections } = await startRawServer((socket) => void socket.destroy());
    const transport = makeTransport({ retry: { attempts: 2, baseDelayMs: 1 } });
    for (const _ of [1, 2, 3]) await sendSmall(transport, url).catch(() => undefined);
    expect([connections(), transport.counts()]).toEqual([7, { GET: 6 }]);
  });

  it('never go from https to http by redirect', async () => {
    const trap = await startFaultServer(() => ({}));
    const server = await startFaultServer(() => ({ status: 307, headers: { location: trap.url } }), {
      tls: makeCertificate(),
    });
    await expect(sendSmall(withProfile({ insecureSkipVerify: true }), server.url)).rejects.toMatchObject({
      code: 'REDIRECT_REFUSED',
    });
    expect(trap.seen).toEqual([]);
  });
});

describe('the scheme', () => {
  it.each<[string, HostProfile, string]>([
    ['registry.example', {}, 'https:'],
    ['10.0.0.1:5000', {}, 'https:'],
    ['registry.example', { plainHttp: true }, 'http:'],
    ['127.0.0.1:1', { plainHttp: false }, 'https:'],
    ['localhost:1', { ca: '/ca.pem' }, 'https:'],
    ['localhost:1', { insecureSkipVerify: true }, 'https:'],
  ])('for %s with %j is %s without asking', async (host, profile, scheme) => {
    expect(await createSchemeFinder(() => profile, REAL_CLOCK).find(host)).toBe(scheme);
  });

  it('of a server on this machine is found out without a request, once', async () => {
    const plain = await startFaultServer(() => ({}));
    const secure = await startFaultServer(() => ({}), { tls: makeCertificate() });
    const finder = createSchemeFinder(() => ({}), REAL_CLOCK);
    expect(await Promise.all([finder.find(plain.host), finder.find(plain.host)])).toEqual(['http:', 'http:']);
    expect(await finder.find(secure.host)).toBe('https:');
    expect([...plain.seen, ...secure.seen]).toEqual([]);
  });

  it('of a server on this machine that says nothing is http after a moment', async () => {
    const silent = await listen(createServer(() => undefined));
    const clock = { ...REAL_CLOCK, sleep: () => REAL_CLOCK.sleep(20) };
    expect(await createSchemeFinder(() => ({}), clock).find(silent)).toBe('http:');
  });
});

function withProfile(profile: HostProfile): Transport {
  return makeTransport({ profile: () => profile });
}

function save({ certificate }: Certificate): string {
  const path = join(makeTempDir(), 'ca.pem');
  writeFileSync(path, certificate);
  return path;
}

interface RawServer {
  readonly url: string;
  /** How many there were so far. */
  readonly connections: () => number;
}

/** A server that does `answer` with every connection as soon as something came. */
async function startRawServer(answer: (socket: Socket) => void): Promise<RawServer> {
  let count = 0;
  const server = createServer((socket) => {
    count += 1;
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });
  return { url: `http://${await listen(server)}`, connections: () => count };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
