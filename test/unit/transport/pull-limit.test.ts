import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { parsePullPauseMs } from '../../../src/transport/pull-limit.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import { makeTransport, sendSmall } from '../../support/make-transport.ts';
import { createQuickClock } from '../../support/quick-clock.ts';

const NOW = Date.UTC(2026, 0, 1);

describe('the pause before the next pull', () => {
  it.each<[string, Record<string, string>, number | undefined]>([
    ['nothing is said', {}, undefined],
    ['some are left', { 'ratelimit-remaining': '76;w=21600' }, undefined],
    ['what is said is no number', { 'ratelimit-remaining': 'none' }, undefined],
    ['Docker Hub has none left', { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '0;w=21600' }, 216_000],
    ['the window stands with the limit only', { 'ratelimit-limit': '10;w=60', 'ratelimit-remaining': '0' }, 6000],
    ['the limit is not said', { 'ratelimit-remaining': '0;w=21600' }, 60_000],
    ['the limit is none', { 'ratelimit-limit': '0;w=21600', 'ratelimit-remaining': '0;w=21600' }, 60_000],
    ['seconds are named', { 'ratelimit-remaining': '0', 'ratelimit-reset': '7' }, 7000],
    ['a date is named', { 'ratelimit-remaining': '0', 'ratelimit-reset': String(NOW / 1000 + 9) }, 9000],
    ['a date has passed', { 'ratelimit-remaining': '0', 'ratelimit-reset': String(NOW / 1000 - 9) }, 0],
  ])('when %s', (_what, headers, pauseMs) => {
    expect(parsePullPauseMs(headers, NOW)).toBe(pauseMs);
  });
});

describe('a host without pulls left', () => {
  const empty = { headers: { 'ratelimit-limit': '100;w=6000', 'ratelimit-remaining': '0;w=6000' } };

  it('gets no pull until some time later, and everything else at once', async () => {
    const clock = createQuickClock(0);
    const server = await startFaultServer(() => empty);
    const transport = makeTransport({ clock });
    await sendSmall(transport, server.url, { method: 'HEAD' });
    await sendSmall(transport, server.url, { method: 'HEAD' });
    expect(clock.elapsed()).toBe(0);
    await sendSmall(transport, server.url, { countsAsPull: true });
    expect(clock.elapsed()).toBe(60_000);
  });

  it('is asked for other things while pulls wait in front of a queue of one', async () => {
    const clock = createQuickClock(0);
    const order: string[] = [];
    const server = await startFaultServer(() => empty);
    const transport = makeTransport({ clock, profile: () => ({ plainHttp: true, concurrency: 1 }) });
    await sendSmall(transport, server.url, { method: 'HEAD' });
    Object.assign(clock, { sleep: (ms: number) => delay(50).then(() => clock.advance(ms)) });
    await Promise.all([
      sendSmall(transport, server.url, { countsAsPull: true }).then(() => order.push('pull')),
      sendSmall(transport, server.url, { method: 'HEAD' }).then(() => order.push('head')),
    ]);
    expect(order).toEqual(['head', 'pull']);
  });

  it('gets no pull that had waited for its turn when that came out', async () => {
    const clock = createQuickClock(0);
    const server = await startFaultServer(() => empty);
    const transport = makeTransport({ clock, profile: () => ({ plainHttp: true, concurrency: 1 }) });
    await Promise.all([
      sendSmall(transport, server.url, { method: 'HEAD' }),
      sendSmall(transport, server.url, { countsAsPull: true }),
    ]);
    expect(clock.elapsed()).toBe(60_000);
  });

  it('that is to stay without for hours is an error with the time', async () => {
    const headers = { 'ratelimit-limit': '1;w=21600', 'ratelimit-remaining': '0;w=21600' };
    const server = await startFaultServer(() => ({ headers }));
    const transport = makeTransport({ clock: createQuickClock(0) });
    await sendSmall(transport, server.url, { method: 'HEAD' });
    await expect(sendSmall(transport, server.url, { countsAsPull: true })).rejects.toMatchObject({
      code: 'REGISTRY_RATE_LIMITED',
      message: expect.stringContaining('no pulls before 2026-01-01T06:00:00Z'),
    });
    expect((await sendSmall(transport, server.url)).status).toBe(200);
  });
});
