import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { computeLimits } from '../../../src/transport/host-traffic.ts';
import type { HttpRequest } from '../../../src/transport/message.ts';
import type { Transport } from '../../../src/transport/transport.ts';
import { type FaultServer, startFaultServer } from '../../support/fault-server.ts';
import { makeTransport, sendSmall } from '../../support/make-transport.ts';

describe('the requests at one time', () => {
  it('are 16 for metadata', async () => {
    const server = await startSlowServer();
    await sendMany(makeTransport(), server.url, 40);
    expect(server.peak()).toBe(16);
  });

  it('are 4 for blob bodies', async () => {
    const server = await startSlowServer();
    await sendMany(makeTransport(), server.url, 12, { lane: 'download' });
    expect(server.peak()).toBe(4);
  });

  it('are as many as the settings of the host say', async () => {
    const server = await startSlowServer();
    await sendMany(makeTransport({ profile: () => ({ plainHttp: true, concurrency: 2 }) }), server.url, 8);
    expect(server.peak()).toBe(2);
  });

  it('are no more over all hosts than allowed in all', async () => {
    const servers = await Promise.all([startSlowServer(), startSlowServer()]);
    const transport = makeTransport({ parallelism: 3 });
    await Promise.all(servers.map(({ url }) => sendMany(transport, url, 8)));
    expect(servers[0].peak() + servers[1].peak()).toBeLessThanOrEqual(6);
    expect(Math.max(...servers.map(({ peak }) => peak()))).toBeLessThanOrEqual(3);
  });

  it('are as many as allowed in all for a host without a number of its own', async () => {
    const server = await startSlowServer();
    await sendMany(makeTransport({ parallelism: 24 }), server.url, 40);
    expect(server.peak()).toBe(24);
  });

  it('do not count token requests among the others', async () => {
    const server = await startSlowServer();
    const transport = makeTransport({ profile: () => ({ plainHttp: true, concurrency: 1 }) });
    await Promise.all([sendMany(transport, server.url, 3), sendMany(transport, server.url, 6, { lane: 'token' })]);
    expect(server.peak()).toBe(3);
  });

  it.each([
    [{}, 16, 4, 4],
    [{ concurrency: 32 }, 32, 4, 8],
    [{ concurrency: 8 }, 8, 4, 2],
    [{ concurrency: 2 }, 2, 2, 2],
  ])('are limited with %j to %i, %i and %i', (profile, metadata, blob, token) => {
    const limits = computeLimits(profile);
    expect(limits).toEqual({ metadata, download: blob, upload: blob, token });
  });
});

function startSlowServer(): Promise<FaultServer> {
  return startFaultServer(async () => {
    await sleep(120);
    return {};
  });
}

async function sendMany(
  transport: Transport,
  url: string,
  count: number,
  ...[more]: [Partial<HttpRequest>?]
): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => sendSmall(transport, url, more)));
}
