import dns from 'node:dns';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { isPlaitError } from '../../src/errors/plait-error.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import { DEFAULT_TIMEOUTS } from '../../src/transport/policy.ts';
import { toChallenge } from '../support/auth-servers.ts';
import { type CertificateOptions, makeCertificate } from '../support/certificates.ts';
import { describeManifest, INDEX, openClient, startFaultBench } from '../support/client-bench.ts';
import { type FaultAnswer, inTurn, stall, startFaultServer } from '../support/fault-server.ts';
import { createQuickClock } from '../support/quick-clock.ts';
import { runHere } from '../support/run-here.ts';
import { makeTempDir } from '../support/temp-dir.ts';
import { BASIC, LIVE, listRequests, PATIENT, SECRET, withCredentials } from './fault-bench.ts';
import { expectCode, type FaultRow } from './fault-row.ts';
import { savePem } from './save-pem.ts';

const DAY_MS = 24 * 3_600_000;

export const LOAD_ROWS: readonly FaultRow[] = [
  {
    number: 26,
    fault: '429 with Retry-After 2, a date, 99999, or none',
    expected: 'the whole host waits; too long is an error with the time',
    run: async () => {
      for (const [retryAfter, waitsMs] of [
        ['2', 2000],
        [new Date(createQuickClock().now() + 9000).toUTCString(), 9000],
      ] as const) {
        const clock = createQuickClock(0);
        const busy = inTurn({ status: 429, headers: { 'retry-after': retryAfter } }, LIVE);
        const { client, repository, server } = await startFaultBench(busy, { clock });
        const first = client.headManifest(repository, 'x');
        await expect.poll(() => server.seen.length).toBeGreaterThan(0);
        await Promise.all([
          first,
          client.headManifest(repository, 'y'),
          client.hasBlob(repository, INDEX.manifest.digest),
        ]);
        expect(clock.elapsed()).toBe(waitsMs);
      }
      const clock = createQuickClock(0.5);
      const silent = await startFaultBench(inTurn({ status: 429 }, LIVE), { clock, retry: {} });
      await silent.client.headManifest(silent.repository, 'x');
      expect(clock.elapsed()).toBeGreaterThan(200);
      const late = await startFaultBench(() => ({ status: 429, headers: { 'retry-after': '99999' } }), {
        clock: createQuickClock(0),
      });
      const error = await expectCode(late.client.headManifest(late.repository, 'x'), 'REGISTRY_RATE_LIMITED');
      await expectCode(late.client.getManifest(late.repository, 'y'), 'REGISTRY_RATE_LIMITED');
      expect([error.message.includes('2026-01-02T03:46:39Z'), late.server.seen.length]).toEqual([true, 1]);
      await narrowQueue();
    },
  },
  {
    number: 27,
    fault: 'ratelimit-remaining: 0 on a 200',
    expected: 'only pulls pause, HEAD goes on',
    run: async () => {
      const clock = createQuickClock(0);
      const limits = { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '0;w=21600' };
      const empty = { headers: { ...describeManifest(INDEX.manifest), ...limits }, body: INDEX.manifest.bytes };
      const { client, repository } = await startFaultBench(() => empty, { clock });
      for (const tag of ['a', 'b', 'c']) await client.headManifest(repository, tag);
      expect(clock.elapsed()).toBe(0);
      await client.getManifest(repository, 'a');
      expect(clock.elapsed()).toBe(216_000);
      await client.headManifest(repository, 'd');
      expect(clock.elapsed()).toBe(216_000);
    },
  },
  {
    number: 28,
    fault: '503 with a web page',
    expected: 'tried again; a message without markup',
    run: async () => {
      const page = {
        status: 503,
        headers: { 'content-type': 'text/html' },
        body: '<html><head><title>Back <b>soon</b></title></head><body><script>alert(1)</script></body></html>',
      };
      const once = await startFaultBench(inTurn(page, LIVE), PATIENT);
      await once.client.headManifest(once.repository, 'x');
      const always = await startFaultBench(() => page, PATIENT);
      const error = await expectCode(always.client.getManifest(always.repository, 'x'), 'REGISTRY_ERROR');
      expect(error.message).toContain('web page');
      expect(error.message).not.toMatch(/<|alert/);
      expect(always.server.seen).toHaveLength(PATIENT.retry.attempts);
    },
  },
  {
    number: 43,
    fault: 'Warning headers: 20 of them, one of 10 KiB, with escape codes',
    expected: 'shown once each, cut and cleaned',
    run: showWarnings,
  },
  {
    number: 44,
    fault: 'TLS: unknown authority, expired, another name, a client certificate wanted, http on the https port',
    expected: 'no second try; the hint names certs.d or the setting',
    run: async () => {
      const past = { notBefore: Date.now() - 2 * DAY_MS, notAfter: Date.now() - DAY_MS };
      await distrust({}, { isTrusted: false, says: /`ca`.*`insecureSkipVerify: true`/ });
      await distrust(past, { isTrusted: true, says: /expired.*clock.*insecureSkipVerify/ });
      await distrust(
        { names: ['other.example'], ipv4: [] },
        { isTrusted: true, says: /other\.example.*insecureSkipVerify/ },
      );
      await wantClientCertificate('TLSv1.2');
      await wantClientCertificate('TLSv1.3');
      for (const alert of [BAD_CERTIFICATE, CERTIFICATE_REQUIRED]) await alertAtOnce(alert);
      const plain = await startFaultServer(() => LIVE);
      const clock = createQuickClock();
      const client = openClient({ clock, settings: () => ({ plainHttp: false }), retry: {} });
      const error = await expectCode(client.headManifest(parseRepository(`${plain.host}/a/b`), 'x'), 'REGISTRY_TLS');
      expect([error.hint?.includes('`plainHttp: true`'), clock.sleeps]).toEqual([true, []]);
    },
  },
  {
    number: 45,
    fault: 'no such name; connection refused; an IPv6 address that leads nowhere',
    expected: 'few quick tries; the other address is used',
    run: async () => {
      for (const [host, tries] of [
        ['nothing.invalid', 3],
        [`127.0.0.1:${await findClosedPort()}`, 2],
      ] as const) {
        const clock = createQuickClock(1);
        const client = openClient({ clock, retry: {} });
        await expectCode(client.headManifest(parseRepository(`${host}/a/b`), 'x'), 'REGISTRY_UNREACHABLE');
        expect(clock.sleeps.length).toBeLessThanOrEqual(tries);
        expect(clock.elapsed()).toBeLessThan(5000);
      }
      await passBlackHole();
    },
  },
  {
    number: 46,
    fault: 'headers that drip, a body that stalls',
    expected: 'given up after 30 s and 60 s, tried again',
    run: async () => {
      expect([DEFAULT_TIMEOUTS.headersMs, DEFAULT_TIMEOUTS.bodyIdleMs]).toEqual([30_000, 60_000]);
      const timeouts = { headersMs: 300, bodyIdleMs: 300 };
      const stops: FaultAnswer = (response) => void response.writeHead(200, { 'content-length': '9' }).write('a');
      for (const slow of [stall, drip, stops]) {
        const once = await startFaultBench(inTurn(slow, LIVE), { ...PATIENT, timeouts });
        await once.client.getManifest(once.repository, 'x');
        expect(listRequests(once.server)).toHaveLength(2);
      }
      const never = await startFaultBench(() => drip, { retry: { attempts: 2, baseDelayMs: 1 }, timeouts });
      await expectCode(never.client.getManifest(never.repository, 'x'), 'REGISTRY_UNREACHABLE');
    },
  },
];

/** After one 429 only half as many requests are under way. */
async function narrowQueue(): Promise<void> {
  let [now, peak] = [0, 0];
  const { client, repository } = await startFaultBench(async (_request, number) => {
    if (number === 1) return { status: 429, headers: { 'retry-after': '0' } };
    now += 1;
    peak = Math.max(peak, now);
    await delay(30);
    now -= 1;
    return LIVE;
  });
  await client.headManifest(repository, 'x');
  await Promise.all(Array.from({ length: 24 }, (_, number) => client.headManifest(repository, `t${number}`)));
  expect(peak).toBeLessThanOrEqual(9);
}

async function showWarnings(): Promise<void> {
  const many = Array.from({ length: 20 }, () => '299 - "Your \u009b31mtoken\u009b0m runs out"');
  const warning = [...many, `299 - "${'x'.repeat(10_240)}"`, `299 - "${SECRET} seen"`];
  const warned = { headers: { ...describeManifest(INDEX.manifest), warning }, body: INDEX.manifest.bytes };
  const { client, repository, server } = await startFaultBench(
    ({ headers }) => (headers.authorization === undefined ? toChallenge('Basic realm="x"') : warned),
    withCredentials(),
  );
  for (const tag of ['a', 'b']) await client.headManifest(repository, tag);
  const [first, second, third, ...others] = client.warnings().map(({ text }) => text);
  expect(first).toBe('Your 31mtoken 0m runs out');
  expect([second?.length, third, others]).toEqual([300, '[hidden] seen', []]);
  const home = makeTempDir();
  mkdirSync(join(home, '.docker'));
  const auths = { [server.host]: { auth: BASIC.replace('Basic ', '') } };
  writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify({ auths }));
  const { code, stderr } = await runHere(['inspect', `${server.host}/a/b:x`], { cwd: home, home });
  expect([code, stderr.split('\n').filter((line) => line.startsWith(`Warning from ${server.host}: `)).length]).toEqual([
    0, 3,
  ]);
  expect(stderr.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
}

async function distrust(
  options: CertificateOptions,
  { isTrusted, says }: { readonly isTrusted: boolean; readonly says: RegExp },
): Promise<void> {
  const tls = makeCertificate(options);
  const server = await startFaultServer(() => LIVE, { tls });
  const clock = createQuickClock();
  const settings = { plainHttp: false, ...(isTrusted ? { ca: savePem(tls.certificate) } : {}) };
  const client = openClient({ clock, retry: {}, settings: () => settings });
  const error = await expectCode(client.headManifest(parseRepository(`${server.host}/a/b`), 'x'), 'REGISTRY_TLS');
  expect(`${error.message} ${error.hint}`).toMatch(says);
  expect([clock.sleeps, server.seen]).toEqual([[], []]);
}

/**
 * With TLS 1.2 the server says no in the handshake. With 1.3 the client is done before the server has looked: it may see
 * why, or only a connection that is closed, which is tried again like any other.
 */
async function wantClientCertificate(maxVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<void> {
  const { certificate: cert, key } = makeCertificate();
  const how = { cert, key, ca: cert, maxVersion, requestCert: true, rejectUnauthorized: true };
  const server = createTlsServer(how, (_request, response) => void response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const repository = parseRepository(`127.0.0.1:${(server.address() as AddressInfo).port}/a/b`);
  const ca = savePem(cert);
  const clock = createQuickClock();
  const client = openClient({ clock, retry: {}, settings: () => ({ ca }) });
  const error: unknown = await client.headManifest(repository, 'x').catch((caught: unknown) => caught);
  const isClear = isPlaitError(error, 'REGISTRY_TLS');
  expect(error).toMatchObject({ hint: expect.stringMatching(/clientCert.*certs\.d/) });
  expect([isClear || maxVersion === 'TLSv1.3', clock.sleeps.length === 0]).toEqual([true, isClear]);
}

/** Of RFC 8446 6. */
const BAD_CERTIFICATE = 42;
const CERTIFICATE_REQUIRED = 116;

/** A server that says no in its first word. */
async function alertAtOnce(alert: number): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, alert])));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const clock = createQuickClock();
  const client = openClient({ clock, retry: {}, settings: () => ({ plainHttp: false }) });
  const repository = parseRepository(`127.0.0.1:${(server.address() as AddressInfo).port}/a/b`);
  const error = await expectCode(client.headManifest(repository, 'x'), 'REGISTRY_TLS');
  expect([error.hint, clock.sleeps]).toEqual([expect.stringMatching(/clientCert.*certs\.d/), []]);
}

async function findClosedPort(): Promise<number> {
  const server = await startFaultServer(() => ({}));
  await server.close();
  return Number(server.host.split(':')[1]);
}

/** A name with two addresses of which the first one, of IPv6, answers nobody. */
async function passBlackHole(): Promise<void> {
  const server = await startFaultServer(() => LIVE);
  const { lookup } = dns;
  const addresses = [
    { address: '2001:db8::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ];
  dns.lookup = ((_name: string, _options: object, done: (error: null, list: object) => void) =>
    done(null, addresses)) as unknown as typeof lookup;
  try {
    const client = openClient({ ...PATIENT, timeouts: { connectMs: 5000 } });
    const begun = performance.now();
    await client.headManifest(parseRepository(`two.example:${server.host.split(':')[1]}/a/b`), 'x');
    expect(performance.now() - begun).toBeLessThan(4000);
  } finally {
    dns.lookup = lookup;
  }
}

/** Sends the headers letter by letter, without end. */
const drip: FaultAnswer = (response) => {
  const { socket } = response;
  socket?.write('HTTP/1.1 200 OK\r\nx-slow: ');
  const timer = setInterval(() => socket?.write('z'), 20);
  socket?.once('close', () => clearInterval(timer));
};
