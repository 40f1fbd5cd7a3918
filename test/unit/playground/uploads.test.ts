import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { computeDigest, type Digest } from '../../../src/oci/digest.ts';
import { type Playground, startPlayground } from '../../../src/playground/server.ts';
import { type ApiAnswer, callApi, errorsOf } from '../../support/api-call.ts';
import { pushBlob } from '../../support/push-content.ts';

let playground: Playground;
beforeAll(async () => {
  playground = await startPlayground();
});
afterAll(() => playground.close());

const UPLOADS = '/v2/team/app/blobs/uploads/';

function open(query = '', server: Playground = playground): Promise<ApiAnswer> {
  return callApi(`${server.url}${UPLOADS}${query}`, { method: 'POST' });
}

/** The absolute Location of an answer, with `digest` added when given. */
function locationOf(answer: ApiAnswer, digest?: string): URL {
  const location = new URL(answer.headers.get('location')!, playground.url);
  if (digest !== undefined) location.searchParams.set('digest', digest);
  return location;
}

function patch(url: URL, body: Uint8Array | string, range?: string): Promise<ApiAnswer> {
  return callApi(url, { method: 'PATCH', body, headers: range === undefined ? {} : { 'content-range': range } });
}

function put(url: URL, body?: Uint8Array | string, range?: string): Promise<ApiAnswer> {
  const headers = range === undefined ? {} : { 'content-range': range };
  return callApi(url, { method: 'PUT', headers, ...(body !== undefined && { body }) });
}

function digestOf(text: string): Digest {
  return computeDigest(Buffer.from(text));
}

describe('an upload session', () => {
  it('is opened with a place, a range and an id', async () => {
    const answer = await open();
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`${UPLOADS}${answer.headers.get('docker-upload-uuid')}`);
    expect(answer.headers.get('range')).toBe('0-0');
    expect(answer.headers.get('oci-chunk-min-length')).toBeNull();
  });

  it('takes a blob in one PUT', async () => {
    const digest = digestOf('one put');
    const answer = await put(locationOf(await open(), digest), 'one put');
    expect([answer.status, answer.headers.get('location')]).toEqual([201, `/v2/team/app/blobs/${digest}`]);
    expect(answer.headers.get('docker-content-digest')).toBe(digest);
    expect((await callApi(locationOf(answer))).text).toBe('one put');
  });

  it('takes a blob in chunks', async () => {
    const first = await patch(locationOf(await open()), 'abc', '0-2');
    const second = await patch(locationOf(first), 'defg', '3-6');
    const status = await callApi(locationOf(second));
    const answer = await put(locationOf(second, digestOf('abcdefg')));
    expect([first, second, status, answer].map((each) => each.status)).toEqual([202, 202, 204, 201]);
    expect([first, second, status].map((each) => each.headers.get('range'))).toEqual(['0-2', '0-6', '0-6']);
    expect((await callApi(locationOf(answer))).text).toBe('abcdefg');
  });

  it('takes the last chunk in the PUT', async () => {
    const first = await patch(locationOf(await open()), 'abc', '0-2');
    const answer = await put(locationOf(first, digestOf('abcde')), 'de', '3-4');
    expect((await callApi(locationOf(answer))).text).toBe('abcde');
  });

  it('takes a stream without Content-Range', async () => {
    const first = await patch(locationOf(await open()), 'strea');
    const second = await patch(locationOf(first), 'med');
    const answer = await put(locationOf(second, digestOf('streamed')));
    expect((await callApi(locationOf(answer))).text).toBe('streamed');
  });

  it('takes an empty blob', async () => {
    const answer = await put(locationOf(await open(), digestOf('')));
    const blob = await callApi(locationOf(answer));
    expect([answer.status, blob.status, blob.headers.get('content-length')]).toEqual([201, 200, '0']);
  });

  it.each(['?digest-algorithm=sha512', ''])('takes a sha512 digest when opened with "%s"', async (query) => {
    const digest = computeDigest(Buffer.from('sha512'), 'sha512');
    const answer = await put(locationOf(await open(query), digest), 'sha512');
    expect([answer.status, answer.headers.get('docker-content-digest')]).toEqual([201, digest]);
    expect((await callApi(locationOf(answer))).text).toBe('sha512');
  });

  it('is not opened for an algorithm that nobody can compute', async () => {
    const answer = await open('?digest-algorithm=md5');
    expect([answer.status, errorsOf(answer)]).toEqual([400, [['DIGEST_INVALID']]]);
  });

  it.each([
    ['a gap', 'xyz', '4-6'],
    ['what came before', 'abc', '0-2'],
  ])('refuses %s and stays as it is', async (_title, body, range) => {
    const first = await patch(locationOf(await open()), 'abc', '0-2');
    const bad = await patch(locationOf(first), body, range);
    const status = await callApi(locationOf(bad));
    expect([bad.status, errorsOf(bad), bad.headers.get('range')]).toEqual([416, [['BLOB_UPLOAD_INVALID']], '0-2']);
    expect([status.status, status.headers.get('range')]).toEqual([204, '0-2']);
    expect((await put(locationOf(status, digestOf('abcd')), 'd', '3-3')).status).toBe(201);
  });

  it('refuses a PUT that is out of order and stays as it is', async () => {
    const first = await patch(locationOf(await open()), 'abc', '0-2');
    const bad = await put(locationOf(first, digestOf('abcd')), 'd', '5-5');
    expect([bad.status, (await callApi(locationOf(bad))).status]).toEqual([416, 204]);
  });

  it.each([
    ['bytes=0-2', 'BLOB_UPLOAD_INVALID'],
    ['0-5', 'SIZE_INVALID'],
    ['0', 'BLOB_UPLOAD_INVALID'],
  ])('refuses the Content-Range %s', async (range, code) => {
    const answer = await patch(locationOf(await open()), 'abc', range);
    expect([answer.status, errorsOf(answer)]).toEqual([400, [[code]]]);
  });

  it('ends when the digest is not of the content', async () => {
    const first = await patch(locationOf(await open()), 'abc', '0-2');
    const answer = await put(locationOf(first, digestOf('xyz')));
    expect([answer.status, errorsOf(answer)]).toEqual([400, [['DIGEST_INVALID']]]);
    expect((await callApi(locationOf(first))).status).toBe(404);
    expect((await callApi(`${playground.url}/v2/team/app/blobs/${digestOf('xyz')}`)).status).toBe(404);
  });

  it.each(['', 'sha256:abc', 'md5:d41d8cd98f00b204e9800998ecf8427e'])(
    'stays when the digest is "%s"',
    async (digest) => {
      const first = await patch(locationOf(await open()), 'abc');
      const answer = await put(locationOf(first, digest));
      expect([answer.status, errorsOf(answer)]).toEqual([400, [['DIGEST_INVALID']]]);
      expect((await callApi(locationOf(first))).status).toBe(204);
    },
  );

  it('can be cancelled, once', async () => {
    const location = locationOf(await open());
    const answers = [await callApi(location, { method: 'DELETE' }), await callApi(location, { method: 'DELETE' })];
    expect(answers.map(({ status }) => status)).toEqual([204, 404]);
    expect(errorsOf(answers[1]!)).toEqual([['BLOB_UPLOAD_UNKNOWN']]);
  });

  it('belongs to its repository', async () => {
    const location = locationOf(await open());
    location.pathname = location.pathname.replace('team/app', 'team/other');
    expect((await callApi(location)).status).toBe(404);
  });

  it('tells the least size of a chunk where there is one', async () => {
    const strict = await startPlayground({ limits: { minChunkBytes: 1024 } });
    const answer = await open('', strict);
    await strict.close();
    expect(answer.headers.get('oci-chunk-min-length')).toBe('1024');
  });

  it('goes on from where a cut connection left it', async () => {
    const location = locationOf(await open());
    const cut = request(location, { method: 'PATCH', headers: { 'content-length': 10 } });
    cut.on('error', () => undefined);
    cut.write('abc', () => setTimeout(() => cut.destroy(), 50));
    await sleep(150);
    const status = await callApi(location);
    expect([status.status, status.headers.get('range')]).toEqual([204, '0-2']);
    expect((await patch(location, 'def', '3-5')).status).toBe(202);
    expect((await put(locationOf(status, digestOf('abcdef')))).status).toBe(201);
  });
});

describe('the limits of uploads', () => {
  let small: Playground;
  let nowMs = 0;
  beforeAll(async () => {
    const limits = { maxBlobBytes: 1000, maxSessions: 2, idleMs: 60_000 };
    small = await startPlayground({ limits, elapsedMs: () => nowMs });
  });
  afterAll(() => small.close());

  function at(answer: ApiAnswer, digest?: string): URL {
    const location = locationOf(answer, digest);
    location.port = new URL(small.url).port;
    return location;
  }

  it('take a blob of the largest size', async () => {
    const bytes = Buffer.alloc(1000);
    const answer = await callApi(`${small.url}${UPLOADS}?digest=${computeDigest(bytes)}`, {
      method: 'POST',
      body: bytes,
    });
    expect(answer.status).toBe(201);
  });

  it('refuse a larger one in one request', async () => {
    const bytes = Buffer.alloc(1001);
    const answer = await callApi(`${small.url}${UPLOADS}?digest=${computeDigest(bytes)}`, {
      method: 'POST',
      body: bytes,
    });
    expect([answer.status, errorsOf(answer)]).toEqual([413, [['SIZE_INVALID']]]);
  });

  it('end a session that grows larger', async () => {
    const first = await patch(at(await open('', small)), Buffer.alloc(600));
    const second = await patch(at(first), Buffer.alloc(401));
    expect([first.status, second.status, (await callApi(at(first))).status]).toEqual([202, 413, 404]);
  });

  it('end a session that grows larger than it said, and still answer', async () => {
    const location = at(await open('', small));
    const stream = new ReadableStream({
      start(controller) {
        for (let index = 0; index < 64; index += 1) controller.enqueue(Buffer.alloc(65_536));
        controller.close();
      },
    });
    const init = { method: 'PATCH', body: stream, duplex: 'half' } as RequestInit;
    expect((await fetch(location, init)).status).toBe(413);
    expect((await callApi(location)).status).toBe(404);
  });

  it('refuse a session too many until one has been idle for long', async () => {
    const [first, second] = [await open('', small), await open('', small)];
    const third = await open('', small);
    nowMs += 59_999;
    await callApi(at(second));
    nowMs += 1;
    const fourth = await open('', small);
    expect([first, second, third, fourth].map(({ status }) => status)).toEqual([202, 202, 429, 202]);
    expect(third.headers.get('retry-after')).toBe('1');
    expect([(await callApi(at(first))).status, (await callApi(at(second))).status]).toEqual([404, 204]);
  });
});

describe('a blob in one POST', () => {
  it('is stored', async () => {
    const digest = digestOf('one post');
    const answer = await callApi(`${playground.url}${UPLOADS}?digest=${digest}`, { method: 'POST', body: 'one post' });
    expect([answer.status, answer.headers.get('docker-content-digest')]).toEqual([201, digest]);
    expect((await callApi(locationOf(answer))).text).toBe('one post');
  });

  it.each([
    ['of other content', digestOf('else')],
    ['that is none', 'sha256:abc'],
  ])('is refused with a digest %s', async (_title, digest) => {
    const answer = await callApi(`${playground.url}${UPLOADS}?digest=${digest}`, { method: 'POST', body: 'one post' });
    expect([answer.status, errorsOf(answer)]).toEqual([400, [['DIGEST_INVALID']]]);
  });

  it('opens a session where that is not supported', async () => {
    const older = await startPlayground({ features: { singlePost: false } });
    const digest = digestOf('one post');
    const answer = await callApi(`${older.url}${UPLOADS}?digest=${digest}`, { method: 'POST', body: 'one post' });
    const location = new URL(`${answer.headers.get('location')}?digest=${digest}`, older.url);
    const stored = await put(location, 'one post');
    await older.close();
    expect([answer.status, stored.status]).toEqual([202, 201]);
  });
});

function mount(query: string, server: Playground = playground): Promise<ApiAnswer> {
  return callApi(`${server.url}/v2/team/mounts/blobs/uploads/?${query}`, { method: 'POST' });
}

describe('mounting a blob', () => {
  const digest = digestOf('mounted');
  beforeAll(() =>
    pushBlob({ url: playground.url, repository: 'team/source' }, { digest, bytes: Buffer.from('mounted') }),
  );

  it.each([`mount=${digest}&from=team/source`, `mount=${digest}`])('copies nothing with %s', async (query) => {
    const answer = await mount(query);
    expect([answer.status, answer.headers.get('location')]).toEqual([201, `/v2/team/mounts/blobs/${digest}`]);
    expect((await callApi(locationOf(answer))).text).toBe('mounted');
  });

  it.each([
    ['the source does not have it', `mount=${digestOf('nowhere')}&from=team/source`],
    ['nobody has it', `mount=${digestOf('nowhere')}`],
    ['there is no such source', `mount=${digest}&from=team/nothing`],
    ['the source is no repository', `mount=${digest}&from=../source`],
  ])('opens a session when %s', async (_title, query) => {
    const answer = await mount(query);
    expect([answer.status, answer.headers.get('docker-upload-uuid')]).toEqual([202, expect.any(String)]);
  });

  it('does not mount a manifest', async () => {
    const body = '{"schemaVersion":2,"manifests":[]}';
    const headers = { 'content-type': 'application/vnd.oci.image.index.v1+json' };
    await callApi(`${playground.url}/v2/team/source/manifests/v1`, { method: 'PUT', headers, body });
    expect((await mount(`mount=${digestOf(body)}&from=team/source`)).status).toBe(202);
  });

  it('refuses what is no digest', async () => {
    const answer = await mount('mount=latest&from=team/source');
    expect([answer.status, errorsOf(answer)]).toEqual([400, [['DIGEST_INVALID']]]);
  });

  it.each([
    ['mounting is off', { mount: false }, `mount=${digest}&from=team/source`],
    ['mounting needs a source', { anonymousMount: false }, `mount=${digest}`],
  ])('opens a session where %s', async (_title, features, query) => {
    const older = await startPlayground({ features });
    await pushBlob({ url: older.url, repository: 'team/source' }, { digest, bytes: Buffer.from('mounted') });
    const answer = await mount(query, older);
    await older.close();
    expect(answer.status).toBe(202);
  });
});
