import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { startFaultServer } from '../../support/fault-server.ts';
import { makeTransport, sendSmall, toRequest } from '../../support/make-transport.ts';

describe('a body over the limit', () => {
  it('is refused as soon as it is announced', async () => {
    const server = await startFaultServer(() => (response) => {
      response.writeHead(200, { 'content-length': String(20 * 1024 * 1024) });
      response.flushHeaders();
    });
    await expect(sendSmall(makeTransport(), server.url)).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
  });

  it('is refused in the middle when it was not announced', async () => {
    let sent = 0;
    const server = await startFaultServer(() => (response) => {
      sendForEver(response, (bytes) => {
        sent += bytes;
      });
    });
    await expect(sendSmall(makeTransport(), server.url)).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
    expect(sent).toBeLessThan(50 * 1024 * 1024);
  });

  it('is refused with the code asked for', async () => {
    const server = await startFaultServer(() => ({ body: 'x'.repeat(2000) }));
    const sent = makeTransport().send(toRequest(server.url), { maxBytes: 1000, tooLarge: 'MANIFEST_TOO_LARGE' });
    await expect(sent).rejects.toMatchObject({ code: 'MANIFEST_TOO_LARGE' });
  });

  it('is taken when it is exactly at the limit', async () => {
    const server = await startFaultServer(() => ({ body: 'x'.repeat(1024) }));
    expect((await sendSmall(makeTransport(), server.url)).body).toHaveLength(1024);
  });

  it('is cut when it is the text of an error', async () => {
    const server = await startFaultServer(() => (response) => {
      response.statusCode = 404;
      sendForEver(response, () => undefined);
    });
    const response = await sendSmall(makeTransport(), server.url);
    expect([response.status, response.body.byteLength]).toEqual([404, 64 * 1024]);
  });

  it('does not matter in the answer to a HEAD, which has none', async () => {
    const server = await startFaultServer(() => ({ headers: { 'content-length': '999999' } }));
    expect((await sendSmall(makeTransport(), server.url, { method: 'HEAD' })).body).toHaveLength(0);
  });
});

describe('a compressed body', () => {
  it.each(['gzip', 'br', 'gzip, gzip, gzip'])('in %s is refused', async (encoding) => {
    const server = await startFaultServer(() => ({ headers: { 'content-encoding': encoding }, body: 'x' }));
    await expect(sendSmall(makeTransport(), server.url)).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
  });

  it('is not asked for', async () => {
    const server = await startFaultServer(() => ({ headers: { 'content-encoding': 'identity' }, body: 'x' }));
    expect((await sendSmall(makeTransport(), server.url)).status).toBe(200);
    expect(server.seen[0]!.headers['accept-encoding']).toBe('identity');
  });
});

function sendForEver(response: ServerResponse, count: (bytes: number) => void): void {
  const piece = Buffer.alloc(16_384, 'x');
  const more = (): void => {
    while (!response.destroyed) {
      count(piece.byteLength);
      if (!response.write(piece)) {
        response.once('drain', more);
        return;
      }
    }
  };
  more();
}
