import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { computeDigest } from '../../../src/oci/digest.ts';
import type { PlaygroundOptions } from '../../../src/playground/options.ts';
import { type Playground, startPlayground } from '../../../src/playground/server.ts';
import { callApi, errorsOf } from '../../support/api-call.ts';
import { pushBlob } from '../../support/push-content.ts';

const running: Playground[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((playground) => playground.close()));
});

async function start(options: PlaygroundOptions = {}): Promise<Playground> {
  const playground = await startPlayground(options);
  running.push(playground);
  return playground;
}

describe('the playground', () => {
  it('listens on the loopback interface only, on a port of its own', async () => {
    const playground = await start();
    expect(playground.host).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(playground.url).toBe(`http://${playground.host}`);
  });

  it('takes the port it is given, and says when that is taken', async () => {
    const first = await start();
    const port = Number(new URL(first.url).port);
    await expect(startPlayground({ port })).rejects.toMatchObject({ code: 'USAGE' });
    await first.close();
    expect((await start({ port })).host).toBe(`127.0.0.1:${port}`);
  });

  it('says which API it speaks', async () => {
    const playground = await start();
    const answer = await callApi(`${playground.url}/v2/`);
    expect([answer.status, answer.headers.get('docker-distribution-api-version')]).toEqual([200, 'registry/2.0']);
  });

  it.each(['/', '/v1/', '/v2/a/b', '/v2/a/b/tags', '/v2/a/manifests/x/y', '/v2/%zz/tags/list', '/v2/manifests/v1'])(
    'has nothing at %s',
    async (path) => {
      const playground = await start();
      const answer = await callApi(`${playground.url}${path}`);
      expect([answer.status, errorsOf(answer)]).toEqual([404, [['UNSUPPORTED']]]);
    },
  );

  it.each([
    ['POST', '/v2/a/b/manifests/v1', 'GET, HEAD, PUT, DELETE'],
    ['PUT', '/v2/a/b/tags/list', 'GET, HEAD'],
    ['DELETE', '/v2/_catalog', 'GET, HEAD'],
    ['GET', '/v2/a/b/blobs/uploads/', 'POST'],
    ['POST', '/v2/a/b/blobs/uploads/x', 'GET, HEAD, PATCH, PUT, DELETE'],
    ['PATCH', `/v2/a/b/blobs/${computeDigest(Buffer.from(''))}`, 'GET, HEAD, DELETE'],
  ])('refuses %s for %s', async (method, path, allow) => {
    const playground = await start();
    const answer = await callApi(`${playground.url}${path}`, { method });
    expect([answer.status, errorsOf(answer), answer.headers.get('allow')]).toEqual([405, [['UNSUPPORTED']], allow]);
  });

  it('sends no body with the answer to a HEAD that fails', async () => {
    const playground = await start();
    const socket = connect(Number(new URL(playground.url).port), '127.0.0.1');
    socket.end('HEAD /v2/a/b/manifests/v1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const text = (await socket.toArray()).join('');
    expect(text).toMatch(/^HTTP\/1\.1 404 [\s\S]+\r\n\r\n$/);
  });
});

describe('a read-only playground', () => {
  it('serves reads and refuses writes', async () => {
    const playground = await start({ readOnly: true, seed: true });
    const url = `${playground.url}/v2/demo/builds/hello/manifests/1.0.0-amd64`;
    const answers = [await callApi(url), await callApi(url, { method: 'PUT', body: '{}' })];
    expect(answers.map(({ status }) => status)).toEqual([200, 405]);
    expect(answers[1]!.headers.get('allow')).toBe('GET, HEAD');
  });
});

describe('a playground with credentials', () => {
  const basicAuth = { username: 'weaver', password: 'warp:weft' };

  it.each([
    ['none', {}, 401],
    ['a wrong password', { authorization: `Basic ${Buffer.from('weaver:warp').toString('base64')}` }, 401],
    ['a token', { authorization: 'Bearer abc' }, 401],
    ['the right ones', { authorization: `Basic ${Buffer.from('weaver:warp:weft').toString('base64')}` }, 200],
  ])('answers %s', async (_title, headers, status) => {
    const playground = await start({ basicAuth });
    const answer = await callApi(`${playground.url}/v2/`, { headers });
    expect(answer.status).toBe(status);
  });

  it('says which ones it wants', async () => {
    const playground = await start({ basicAuth });
    const answer = await callApi(`${playground.url}/v2/`);
    expect([errorsOf(answer), answer.headers.get('www-authenticate')]).toEqual([
      [['UNAUTHORIZED']],
      'Basic realm="playground"',
    ]);
  });
});

describe('the record of requests', () => {
  it('has them in order, with query, status and headers, but no secret', async () => {
    const playground = await start();
    await callApi(`${playground.url}/v2/?a=b`, { headers: { authorization: 'Bearer secret', accept: 'x/y' } });
    await callApi(`${playground.url}/v2/a/b/manifests/v1`, { method: 'DELETE' });
    expect(playground.requests).toMatchObject([
      { method: 'GET', path: '/v2/?a=b', status: 200, headers: { authorization: 'Bearer', accept: 'x/y' } },
      { method: 'DELETE', path: '/v2/a/b/manifests/v1', status: 404 },
    ]);
  });

  it('can be cleared', async () => {
    const playground = await start();
    await callApi(`${playground.url}/v2/`);
    playground.clearRequests();
    expect(playground.requests).toEqual([]);
  });
});

describe('the hook before routing', () => {
  it('answers in place of the registry when it says so', async () => {
    const playground = await start({
      intercept: (incoming, response) => {
        const taken = incoming.url === '/v2/taken';
        if (taken) response.writeHead(503).end('later');
        return taken;
      },
    });
    const answers = [await callApi(`${playground.url}/v2/taken`), await callApi(`${playground.url}/v2/`)];
    expect(answers.map(({ status }) => status)).toEqual([503, 200]);
    expect(playground.requests.map(({ status }) => status)).toEqual([503, 200]);
  });

  it('may take its time, and may fail', async () => {
    const playground = await start({ intercept: () => Promise.reject(new Error('broken hook')) });
    const answer = await callApi(`${playground.url}/v2/`);
    expect([answer.status, errorsOf(answer)]).toEqual([500, [['UNKNOWN']]]);
  });

  it('may cut the connection', async () => {
    const playground = await start({
      intercept: (incoming) => {
        incoming.socket.destroy();
        return true;
      },
    });
    await expect(callApi(`${playground.url}/v2/`)).rejects.toThrow();
    expect(playground.requests).toMatchObject([{ path: '/v2/', status: 0 }]);
  });
});

describe('the hook before the answer', () => {
  it('comes when the request is processed, and may keep the answer back', async () => {
    const bytes = Buffer.from('x');
    const digest = computeDigest(bytes);
    const playground = await start({
      beforeAnswer: (incoming) => {
        const isLost = incoming.method === 'POST';
        if (isLost) incoming.socket.destroy();
        return isLost;
      },
    });
    const push = callApi(`${playground.url}/v2/a/b/blobs/uploads/?digest=${digest}`, { method: 'POST', body: bytes });
    await expect(push).rejects.toThrow();
    const answer = await callApi(`${playground.url}/v2/a/b/blobs/${digest}`);
    expect([answer.status, answer.text]).toEqual([200, 'x']);
  });

  it('comes for refused requests too', async () => {
    const seen: (string | undefined)[] = [];
    const playground = await start({
      beforeAnswer: (incoming) => {
        seen.push(incoming.url);
        return false;
      },
    });
    const answer = await callApi(`${playground.url}/v2/a/b/manifests/v1`);
    expect([answer.status, seen]).toEqual([404, ['/v2/a/b/manifests/v1']]);
  });
});

describe('closing the playground', () => {
  it('does not wait for connections that are kept', async () => {
    const playground = await start();
    const agent = new Agent({ keepAlive: true });
    const outgoing = request(`${playground.url}/v2/`, { agent }).end();
    const [answer] = await once(outgoing, 'response');
    answer.resume();
    await once(answer, 'end');
    const before = performance.now();
    await playground.close();
    expect(performance.now() - before).toBeLessThan(1000);
    agent.destroy();
  });

  it('does not wait for requests under way', async () => {
    const playground = await start();
    const outgoing = request(`${playground.url}/v2/a/b/blobs/uploads/?digest=${computeDigest(Buffer.from('x'))}`, {
      method: 'POST',
      headers: { 'content-length': 1000 },
    });
    outgoing.write('x');
    const failed = once(outgoing, 'error');
    await expect.poll(() => playground.requests.length).toBe(1);
    await playground.close();
    expect((await failed)[0]).toBeInstanceOf(Error);
  });

  it('may be asked for twice', async () => {
    const playground = await start();
    await Promise.all([playground.close(), playground.close()]);
    await expect(callApi(`${playground.url}/v2/`)).rejects.toThrow();
  });
});

describe('a client that goes away', () => {
  it('in the middle of a download does no harm', async () => {
    const playground = await start();
    const bytes = Buffer.alloc(32 * 1024 * 1024);
    const digest = computeDigest(bytes);
    await pushBlob({ url: playground.url, repository: 'a/b' }, { digest, bytes });
    const outgoing = request(`${playground.url}/v2/a/b/blobs/${digest}`).end();
    const [answer] = await once(outgoing, 'response');
    answer.destroy();
    expect((await callApi(`${playground.url}/v2/a/b/blobs/${digest}`)).bytes.equals(bytes)).toBe(true);
  });

  it('in the middle of a manifest leaves nothing behind', async () => {
    const playground = await start();
    const url = `${playground.url}/v2/a/b/manifests/v1`;
    const headers = { 'content-length': 1000, 'content-type': 'application/vnd.oci.image.index.v1+json' };
    const outgoing = request(url, { method: 'PUT', headers });
    outgoing.on('error', () => undefined);
    outgoing.write('{"schemaVersion":2');
    await expect.poll(() => playground.requests.length).toBe(1);
    outgoing.destroy();
    expect((await callApi(url)).status).toBe(404);
  });
});
