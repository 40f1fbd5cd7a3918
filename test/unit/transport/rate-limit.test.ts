import { describe, expect, it } from 'vitest';
import { inTurn, startFaultServer } from '../../support/fault-server.ts';
import { makeTransport, sendSmall } from '../../support/make-transport.ts';
import { createQuickClock } from '../../support/quick-clock.ts';

describe('a registry that asks for a pause', () => {
  it('gets it, to the second', async () => {
    const clock = createQuickClock(0);
    const server = await startFaultServer(inTurn({ status: 429, headers: { 'retry-after': '2' } }, { body: 'ok' }));
    const response = await sendSmall(makeTransport({ clock }), server.url);
    expect([response.status, clock.elapsed()]).toEqual([200, 2000]);
  });

  it('gets it by date too', async () => {
    const clock = createQuickClock(0);
    const date = new Date(clock.now() + 30_000).toUTCString();
    const server = await startFaultServer(inTurn({ status: 503, headers: { 'retry-after': date } }, { body: 'ok' }));
    const response = await sendSmall(makeTransport({ clock }), server.url);
    expect([response.status, clock.elapsed()]).toEqual([200, 30_000]);
  });

  it('gets a little more than it asked for, so that not all come back at once', async () => {
    const clock = createQuickClock(0.5);
    const server = await startFaultServer(inTurn({ status: 429, headers: { 'retry-after': '10' } }, { body: 'ok' }));
    await sendSmall(makeTransport({ clock }), server.url);
    expect(clock.elapsed()).toBe(10_500);
  });

  it('is left alone by every request to that host', async () => {
    const clock = createQuickClock(0);
    const server = await startFaultServer(inTurn({ status: 429, headers: { 'retry-after': '7' } }, {}));
    const transport = makeTransport({ clock });
    const first = sendSmall(transport, server.url);
    await expect.poll(() => server.seen.length).toBeGreaterThan(0);
    await Promise.all([first, sendSmall(transport, `${server.url}/other`)]);
    expect(clock.elapsed()).toBe(7000);
  });

  it('does not hold up other hosts', async () => {
    const clock = createQuickClock(0);
    const busy = await startFaultServer(() => ({ status: 429, headers: { 'retry-after': '99999' } }));
    const idle = await startFaultServer(() => ({}));
    const transport = makeTransport({ clock });
    await expect(sendSmall(transport, busy.url)).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED' });
    expect((await sendSmall(transport, idle.url)).status).toBe(200);
  });

  it('is given up, with the time, when the pause is too long', async () => {
    const clock = createQuickClock(0);
    const server = await startFaultServer(() => ({ status: 429, headers: { 'retry-after': '99999' } }));
    const transport = makeTransport({ clock });
    await expect(sendSmall(transport, server.url)).rejects.toMatchObject({
      code: 'REGISTRY_RATE_LIMITED',
      message: expect.stringContaining('2026-01-02T03:46:39Z'),
    });
    await expect(sendSmall(transport, server.url)).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED' });
    expect(server.seen).toHaveLength(1);
  });

  it('gets a pause of our own when it names none', async () => {
    const clock = createQuickClock(0.5);
    const server = await startFaultServer(inTurn({ status: 429 }, { body: 'ok' }));
    await sendSmall(makeTransport({ clock, retry: {} }), server.url);
    expect(clock.elapsed()).toBeGreaterThan(200);
  });

  it('has its last word when it never stops', async () => {
    const server = await startFaultServer(() => ({ status: 429, headers: { 'retry-after': '1' }, body: 'slow down' }));
    const response = await sendSmall(makeTransport({ clock: createQuickClock(0) }), server.url);
    expect([response.status, String(response.body), server.seen.length]).toEqual([429, 'slow down', 6]);
  });
});
