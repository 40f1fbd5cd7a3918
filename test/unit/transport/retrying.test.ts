import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { breakOff, hangUp, inTurn, stall, startFaultServer } from '../../support/fault-server.ts';
import { makeTransport, sendSmall, toRequest } from '../../support/make-transport.ts';
import { createQuickClock } from '../../support/quick-clock.ts';

describe('a request that fails', () => {
  it('is sent again after a 503 until it works', async () => {
    const server = await startFaultServer(inTurn({ status: 503 }, { status: 502 }, { body: 'ok' }));
    const response = await sendSmall(makeTransport(), server.url);
    expect([response.status, String(response.body), server.seen.length]).toEqual([200, 'ok', 3]);
  });

  it('gives the last answer after six tries', async () => {
    const server = await startFaultServer(() => ({ status: 500, body: 'sorry' }));
    const response = await sendSmall(makeTransport(), server.url);
    expect([response.status, String(response.body), server.seen.length]).toEqual([500, 'sorry', 6]);
  });

  it('waits longer each time, with chance in it', async () => {
    const clock = createQuickClock(0.5);
    const server = await startFaultServer(() => ({ status: 500 }));
    await sendSmall(makeTransport({ clock, retry: {} }), server.url);
    expect(clock.sleeps).toEqual([250, 500, 1000, 2000, 4000]);
  });

  it('is not sent again once all tries took longer than the deadline', async () => {
    const clock = createQuickClock(1);
    const server = await startFaultServer(() => ({ status: 500 }));
    await sendSmall(makeTransport({ clock, retry: { deadlineMs: 1200 } }), server.url);
    expect(server.seen).toHaveLength(3);
  });

  it.each([400, 401, 403, 404, 405, 409, 412, 413])('is not sent again after a %i', async (status) => {
    const server = await startFaultServer(() => ({ status }));
    const response = await sendSmall(makeTransport(), server.url);
    expect([response.status, server.seen.length]).toEqual([status, 1]);
  });

  it('is sent again when the connection is cut', async () => {
    const server = await startFaultServer(inTurn(hangUp, { body: 'ok' }));
    expect((await sendSmall(makeTransport(), server.url)).status).toBe(200);
  });

  it('is sent again when the body stops half-way', async () => {
    const server = await startFaultServer(inTurn(breakOff, { body: 'whole' }));
    expect(String((await sendSmall(makeTransport(), server.url)).body)).toBe('whole');
  });

  it('ends as unreachable when the body never comes whole', async () => {
    const server = await startFaultServer(() => breakOff);
    const transport = makeTransport({ retry: { attempts: 3, baseDelayMs: 1 } });
    await expect(sendSmall(transport, server.url)).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
    expect(server.seen).toHaveLength(3);
  });

  it('is given up and sent again when no headers come', async () => {
    const server = await startFaultServer(inTurn(stall, { body: 'ok' }));
    const transport = makeTransport({ timeouts: { headersMs: 200 } });
    expect((await sendSmall(transport, server.url)).status).toBe(200);
  });

  it('is given up and sent again when the body stalls', async () => {
    const server = await startFaultServer(
      inTurn((response) => void response.writeHead(200, { 'content-length': '5' }).write('a'), { body: 'whole' }),
    );
    const transport = makeTransport({ timeouts: { bodyIdleMs: 200 } });
    expect(String((await sendSmall(transport, server.url)).body)).toBe('whole');
  });

  it('sends a POST again too', async () => {
    const server = await startFaultServer(inTurn({ status: 500 }, { status: 202 }));
    const response = await sendSmall(makeTransport(), server.url, { method: 'POST', body: Buffer.from('form') });
    expect([response.status, server.seen.map(({ body }) => String(body))]).toEqual([202, ['form', 'form']]);
  });
});

describe('a request that must not be carried out twice', () => {
  const once = { method: 'PUT', body: Buffer.from('x'), repeat: 'unprocessed' } as const;

  it.each([500, 503])('is not sent again after a %i', async (status) => {
    const server = await startFaultServer(() => ({ status }));
    expect((await sendSmall(makeTransport(), server.url, once)).status).toBe(status);
    expect(server.seen).toHaveLength(1);
  });

  it('is not sent again when the connection is cut', async () => {
    const server = await startFaultServer(() => hangUp);
    await expect(sendSmall(makeTransport(), server.url, once)).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
    expect(server.seen).toHaveLength(1);
  });

  it('is sent again when it was turned away', async () => {
    const server = await startFaultServer(inTurn({ status: 429 }, { status: 201 }));
    expect((await sendSmall(makeTransport(), server.url, once)).status).toBe(201);
  });
});

describe('a server that is not there', () => {
  it('is tried three times, quickly', async () => {
    const clock = createQuickClock(1);
    const transport = makeTransport({ clock, retry: {} });
    const error = await sendSmall(transport, `http://127.0.0.1:${await findClosedPort()}`).catch((caught) => caught);
    expect(error).toMatchObject({ code: 'REGISTRY_UNREACHABLE', hint: expect.stringContaining('127.0.0.1') });
    expect(clock.sleeps).toEqual([500, 1000]);
  });

  it('is tried twice when the name does not exist', async () => {
    const clock = createQuickClock(1);
    const transport = makeTransport({ clock, retry: {} });
    await expect(sendSmall(transport, 'http://nothing.invalid/')).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
    });
    expect(clock.sleeps.length).toBeLessThanOrEqual(3);
  });
});

describe('an interrupted request', () => {
  it('ends at once while it waits for an answer', async () => {
    const stop = new AbortController();
    const server = await startFaultServer(() => {
      stop.abort();
      return stall;
    });
    const sent = sendSmall(makeTransport(), server.url, { signal: stop.signal });
    await expect(sent).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  it('ends at once while it waits for another try', async () => {
    const stop = new AbortController();
    const server = await startFaultServer(() => ({ status: 500 }));
    const transport = makeTransport({ retry: { baseDelayMs: 60_000, maxDelayMs: 60_000 } });
    setTimeout(() => stop.abort(), 100);
    await expect(sendSmall(transport, server.url, { signal: stop.signal })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
  });

  it('is not sent at all when the signal was there first', async () => {
    const server = await startFaultServer(() => ({}));
    const sent = sendSmall(makeTransport(), server.url, { signal: AbortSignal.abort() });
    await expect(sent).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(server.seen).toEqual([]);
  });
});

describe('one signal for many requests', () => {
  it('is no reason for a warning', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    const { signal } = new AbortController();
    const server = await startFaultServer(() => ({}));
    const transport = makeTransport();
    await Promise.all(Array.from({ length: 40 }, () => sendSmall(transport, server.url, { signal })));
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([]);
  });
});

describe('the counts', () => {
  it('hold every request really sent, by kind', async () => {
    const server = await startFaultServer((request) =>
      request.path === '/moved' ? { status: 302, headers: { location: '/' } } : {},
    );
    const transport = makeTransport();
    await sendSmall(transport, server.url, { method: 'HEAD' });
    await sendSmall(transport, `${server.url}/moved`);
    await sendSmall(transport, server.url, { lane: 'token' });
    await sendSmall(transport, server.url, { method: 'PUT', body: Buffer.from('x') });
    expect(transport.counts()).toEqual({ GET: 1, HEAD: 1, PUT: 1, REDIRECT: 1, TOKEN: 1 });
  });
});

describe('an open body', () => {
  it('is not read again when it breaks off', async () => {
    const server = await startFaultServer(() => breakOff);
    const request = toRequest(server.url, { lane: 'download' });
    const opened = makeTransport().open(request, async ({ chunks }) => {
      for await (const chunk of chunks) expect(chunk.byteLength).toBe(10);
    });
    await expect(opened).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
    expect(server.seen).toHaveLength(1);
  });

  it('is let go of when it is not wanted', async () => {
    const server = await startFaultServer(() => ({ body: 'x'.repeat(1_000_000) }));
    const transport = makeTransport();
    const status = await transport.open(
      toRequest(server.url, { lane: 'download' }),
      async (response) => response.status,
    );
    expect(status).toBe(200);
  });
});

async function findClosedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
