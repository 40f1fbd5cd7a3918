import { describe, expect, it } from 'vitest';
import { breakOff, type FaultAnswer, type FaultServer, hangUp, startFaultServer } from '../../support/fault-server.ts';
import { makeTransport, sendSmall, toRequest } from '../../support/make-transport.ts';

const SECRET = 'Basic d2VhdmVyOndhcnA=';
const PRIVATE = { authorization: SECRET, headers: { accept: 'text/x', 'x-company': 'secret', cookie: 'a=b' } };

describe('a failure where a redirect led', () => {
  it.each<[string, FaultAnswer]>([
    ['that cuts the connection', hangUp],
    ['that breaks off', breakOff],
  ])('names the host %s', async (_what, answer) => {
    const store = await startFaultServer(() => answer);
    const server = await startFaultServer(() => redirect(`${store.url}/blob`));
    const failed = { code: 'REGISTRY_UNREACHABLE', message: expect.stringContaining(store.host) };
    await expect(sendSmall(makeTransport(), `${server.url}/a`)).rejects.toMatchObject(failed);
    const streamed = makeTransport().open(toRequest(`${server.url}/a`), ({ chunks }) => readAll(chunks));
    await expect(streamed).rejects.toMatchObject(failed);
  });
});

describe('a redirect on the same host', () => {
  it('is followed with credentials', async () => {
    const server = await startFaultServer(({ path }) => (path === '/a' ? redirect('/b?x=%2F') : { body: 'there' }));
    const response = await sendSmall(makeTransport(), `${server.url}/a`, PRIVATE);
    expect(response).toMatchObject({ status: 200, crossedOrigin: false, url: new URL(`${server.url}/b?x=%2F`) });
    expect(server.seen[1]!.headers).toMatchObject({ authorization: SECRET, 'x-company': 'secret' });
  });

  it.each([301, 302, 303, 307, 308])('is followed for a GET with %i', async (status) => {
    const server = await startFaultServer(({ path }) => (path === '/a' ? { ...redirect('/b'), status } : {}));
    expect((await sendSmall(makeTransport(), `${server.url}/a`)).status).toBe(200);
  });

  it('sends the body of a PUT again with 307', async () => {
    const server = await startFaultServer(({ path }) => (path === '/a' ? redirect('/b') : { status: 201 }));
    const put = { method: 'PUT', body: Buffer.from('bytes'), headers: { 'content-type': 'a/b' } } as const;
    expect((await sendSmall(makeTransport(), `${server.url}/a`, put)).status).toBe(201);
    expect(server.seen[1]).toMatchObject({
      method: 'PUT',
      body: Buffer.from('bytes'),
      headers: { 'content-type': 'a/b' },
    });
  });

  it.each([301, 302, 303])('is refused for a PUT with %i', async (status) => {
    const server = await startFaultServer(() => ({ ...redirect('/b'), status }));
    const sent = sendSmall(makeTransport(), `${server.url}/a`, { method: 'PUT', body: Buffer.from('x') });
    await expect(sent).rejects.toMatchObject({ code: 'REDIRECT_REFUSED' });
    expect(server.seen).toHaveLength(1);
  });

  it('is refused for a body that can be sent once only', async () => {
    const server = await startFaultServer(() => redirect('/b'));
    const body = { size: 1, chunks: once(Buffer.from('x')) };
    const sent = sendSmall(makeTransport(), `${server.url}/a`, { method: 'PUT', body, lane: 'upload' });
    await expect(sent).rejects.toMatchObject({ code: 'REDIRECT_REFUSED' });
  });

  it('is refused without Location, and to what is no URL', async () => {
    const bare = await startFaultServer(() => ({ status: 302 }));
    const garbled = await startFaultServer(() => redirect('http://[oops'));
    await expect(sendSmall(makeTransport(), bare.url)).rejects.toMatchObject({ code: 'REDIRECT_REFUSED' });
    await expect(sendSmall(makeTransport(), garbled.url)).rejects.toMatchObject({ code: 'REDIRECT_REFUSED' });
  });
});

describe('a redirect to another host', () => {
  it('is followed without credentials and custom headers', async () => {
    const trap = await startFaultServer(() => ({ body: 'blob' }));
    const server = await startFaultServer(() => redirect(`${trap.url}/cdn?sig=1`));
    const response = await sendSmall(makeTransport(), server.url, PRIVATE);
    expect(response).toMatchObject({ status: 200, crossedOrigin: true });
    expect(trap.seen[0]!.headers).toMatchObject({ accept: 'text/x', 'user-agent': 'plait-test' });
    expect(Object.keys(trap.seen[0]!.headers)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/authorization|cookie|x-company/)]),
    );
  });

  it('stays without credentials when it leads back', async () => {
    const server: FaultServer = await startFaultServer(({ path }) =>
      path === '/start' ? redirect(`${trap.url}/away`) : { body: 'back' },
    );
    const trap = await startFaultServer(() => redirect(`${server.url}/end`));
    const response = await sendSmall(makeTransport(), `${server.url}/start`, PRIVATE);
    expect(response).toMatchObject({ status: 200, crossedOrigin: true });
    expect(server.seen[1]!.headers.authorization).toBeUndefined();
    expect(server.seen[1]!.headers['x-company']).toBeUndefined();
  });

  it('is refused for a body that holds a secret', async () => {
    const trap = await startFaultServer(() => ({}));
    const server = await startFaultServer(() => redirect(trap.url));
    const post = { method: 'POST', body: Buffer.from('password=x'), redirects: 'same-origin' } as const;
    await expect(sendSmall(makeTransport(), server.url, post)).rejects.toMatchObject({ code: 'REDIRECT_REFUSED' });
    expect(trap.seen).toEqual([]);
  });

  it.each(['ftp://127.0.0.1/x', 'file:///etc/passwd', 'http://user:pass@127.0.0.1/'])(
    'is refused to %s',
    async (location) => {
      const server = await startFaultServer(() => redirect(location));
      await expect(sendSmall(makeTransport(), server.url)).rejects.toMatchObject({ code: 'REDIRECT_REFUSED' });
    },
  );
});

describe('redirects without end', () => {
  it('are refused when they go in a circle', async () => {
    const server = await startFaultServer(({ path }) => redirect(path === '/a' ? '/b' : '/a'));
    await expect(sendSmall(makeTransport(), `${server.url}/a`)).rejects.toMatchObject({ code: 'REDIRECT_REFUSED' });
    expect(server.seen).toHaveLength(2);
  });

  it('are refused after ten', async () => {
    const server = await startFaultServer((_request, number) => redirect(`/${number}`));
    await expect(sendSmall(makeTransport(), server.url)).rejects.toMatchObject({ code: 'REDIRECT_REFUSED' });
    expect(server.seen).toHaveLength(11);
  });

  it('are followed up to ten', async () => {
    const server = await startFaultServer((_request, number) => (number <= 10 ? redirect(`/${number}`) : {}));
    expect((await sendSmall(makeTransport(), server.url)).status).toBe(200);
  });
});

describe('a server on the internet', () => {
  it.each(['http://localhost', 'http://127.0.0.1', 'http://[::ffff:127.0.0.1]'])(
    'cannot send us to %s',
    async (inside) => {
      const trap = await startFaultServer(() => ({}));
      const url = `${inside}:${trap.host.split(':')[1]}/latest/meta-data`;
      const request = toRequest(url, { onBehalfOf: new URL('https://registry.example') });
      await expect(makeTransport().send(request, { maxBytes: 10 })).rejects.toMatchObject({ code: 'REDIRECT_REFUSED' });
      expect(trap.seen).toEqual([]);
    },
  );
});

describe('a server on this machine', () => {
  it('may send us to another one here', async () => {
    const other = await startFaultServer(() => ({ body: 'ok' }));
    const server = await startFaultServer(() => ({}));
    const transport = makeTransport();
    await sendSmall(transport, server.url);
    const response = await sendSmall(transport, other.url, { onBehalfOf: new URL(server.url) });
    expect(response.status).toBe(200);
  });
});

function redirect(location: string): { status: number; headers: Record<string, string> } {
  return { status: 307, headers: { location } };
}

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const chunk of chunks) size += chunk.byteLength;
  return size;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
