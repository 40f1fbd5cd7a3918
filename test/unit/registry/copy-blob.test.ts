import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../../src/oci/descriptor.ts';
import { computeDigest } from '../../../src/oci/digest.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { openClient, startClientBench } from '../../support/client-bench.ts';
import {
  type FaultAnswer,
  type FaultHandler,
  type FaultServer,
  registryError,
  type SeenRequest,
  startFaultServer,
} from '../../support/fault-server.ts';
import { pushBlob } from '../../support/push-content.ts';

const BYTES = randomBytes(300_000);
const BLOB: Descriptor = {
  mediaType: 'application/octet-stream',
  digest: computeDigest(BYTES),
  size: BYTES.byteLength,
};
const PUT_PATH = `/up?state=a%2Fb&digest=${encodeURIComponent(BLOB.digest)}`;

describe('a blob in the same registry', () => {
  it('is mounted with one request', async () => {
    const bench = await startClientBench();
    await pushBlob({ url: bench.playground.url, repository: 'from/x' }, { digest: BLOB.digest, bytes: BYTES });
    bench.playground.clearRequests();
    const job = { from: bench.repository('from/x'), to: bench.repository('to/y'), descriptor: BLOB };
    expect(await bench.client.copyBlob(job)).toBe('mounted');
    expect(bench.traffic()).toEqual([
      expect.stringMatching(/^POST \/v2\/to\/y\/blobs\/uploads\/\?mount=sha256%3A\w+&from=from%2Fx 201$/),
    ]);
    expect(await bench.client.hasBlob(job.to, BLOB.digest)).toBe(true);
  });

  it('is brought over in the session that was opened instead, and not asked to be mounted from there again', async () => {
    const bench = await startClientBench({ features: { mount: false } });
    const other = { ...BLOB, digest: computeDigest(Buffer.from('b')), size: 1 };
    await pushBlob({ url: bench.playground.url, repository: 'from/x' }, { digest: BLOB.digest, bytes: BYTES });
    await pushBlob(
      { url: bench.playground.url, repository: 'from/x' },
      { digest: other.digest, bytes: Buffer.from('b') },
    );
    bench.playground.clearRequests();
    const place = { from: bench.repository('from/x'), to: bench.repository('to/y') };
    expect(await bench.client.copyBlob({ ...place, descriptor: BLOB })).toBe('uploaded');
    expect(bench.playground.requests.map(({ method }) => method)).toEqual(['POST', 'HEAD', 'GET', 'PUT']);
    expect(await bench.client.copyBlob({ ...place, descriptor: other })).toBe('uploaded');
    expect(bench.traffic().filter((line) => line.includes('mount='))).toHaveLength(1);
  });

  it('that is there already is found out when it cannot be mounted, and the session is cancelled', async () => {
    const bench = await startClientBench({ features: { mount: false } });
    for (const repository of ['from/x', 'to/y'])
      await pushBlob({ url: bench.playground.url, repository }, { digest: BLOB.digest, bytes: BYTES });
    bench.playground.clearRequests();
    expect(
      await bench.client.copyBlob({ from: bench.repository('from/x'), to: bench.repository('to/y'), descriptor: BLOB }),
    ).toBe('present');
    expect(bench.playground.requests.map(({ method, status }) => `${method} ${status}`)).toEqual([
      'POST 202',
      'HEAD 200',
      'DELETE 204',
    ]);
  });

  it.each([401, 403, 404, 405, 500])('is uploaded when the mount is refused with %i', async (status) => {
    const server = await startTarget({ mount: () => ({ status }), source: () => ({ body: BYTES }) });
    const client = openClient();
    const [from, to] = [parseRepository(`${server.host}/from/x`), parseRepository(`${server.host}/to/y`)];
    expect(await client.copyBlob({ from, to, descriptor: BLOB })).toBe('uploaded');
    expect(findPut(server)?.body.equals(BYTES)).toBe(true);
    expect(server.seen.filter(({ path }) => path.includes('mount='))).toHaveLength(1);
  });

  it('is copied once for many who want it', async () => {
    const bench = await startClientBench();
    await pushBlob({ url: bench.playground.url, repository: 'from/x' }, { digest: BLOB.digest, bytes: BYTES });
    bench.playground.clearRequests();
    const job = { from: bench.repository('from/x'), to: bench.repository('to/y'), descriptor: BLOB };
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => bench.client.copyBlob(job)));
    expect([outcomes.filter((outcome) => outcome === 'mounted').length, bench.traffic().length]).toEqual([1, 1]);
  });
});

describe('a blob from another registry', () => {
  it('is streamed, with progress', async () => {
    const [source, target] = await Promise.all([startClientBench(), startClientBench()]);
    await pushBlob({ url: source.playground.url, repository: 'a/b' }, { digest: BLOB.digest, bytes: BYTES });
    const seen: number[] = [];
    const job = {
      from: source.repository('a/b'),
      to: target.repository('c/d'),
      descriptor: BLOB,
      onProgress: (bytes: number) => void seen.push(bytes),
    };
    expect(await target.client.copyBlob(job)).toBe('uploaded');
    expect(target.playground.requests.map(({ method }) => method)).toEqual(['HEAD', 'POST', 'PUT']);
    expect(seen.at(-1)).toBe(BYTES.byteLength);
    expect(await target.client.hasBlob(job.to, BLOB.digest)).toBe(true);
  });

  it('is left alone when it is there', async () => {
    const target = await startClientBench();
    await pushBlob({ url: target.playground.url, repository: 'c/d' }, { digest: BLOB.digest, bytes: BYTES });
    target.playground.clearRequests();
    const from = parseRepository('127.0.0.1:1/a/b');
    expect(await target.client.copyBlob({ from, to: target.repository('c/d'), descriptor: BLOB })).toBe('present');
    expect(target.traffic()).toHaveLength(1);
  });

  it('is read from where the source redirects to, without credentials', async () => {
    const cdn = await startFaultServer(() => ({ body: BYTES }));
    const { outcome, target } = await copy({ source: () => ({ status: 307, headers: { location: `${cdn.url}/x` } }) });
    expect(outcome).toBe('uploaded');
    expect(cdn.seen[0]!.headers.authorization).toBeUndefined();
    expect(findPut(target)?.headers['content-length']).toBe(String(BYTES.byteLength));
  });

  it('that the source does not have is named', async () => {
    const { outcome } = await copy({ source: () => registryError(404, 'BLOB_UNKNOWN') });
    expect(outcome).toMatchObject({ code: 'BLOB_MISSING', message: expect.stringContaining('/from/x') });
  });

  it.each<[string, FaultAnswer]>([
    [
      'announced as longer',
      {
        headers: { 'content-length': String(BYTES.byteLength + 1) },
        body: Buffer.concat([BYTES, BYTES]).subarray(0, BYTES.byteLength + 1),
      },
    ],
    [
      'longer',
      (response) => void response.writeHead(200, { 'transfer-encoding': 'chunked' }).end(Buffer.concat([BYTES, BYTES])),
    ],
    ['shorter', (response) => void response.writeHead(200, { 'transfer-encoding': 'chunked' }).end(BYTES.subarray(1))],
    ['other bytes of the same length', { body: randomBytes(BYTES.byteLength) }],
  ])('that is %s never arrives as a whole', async (_what, answer) => {
    const { outcome, target, source } = await copy({ source: () => answer });
    expect(outcome).toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(findPut(target)?.body.byteLength ?? 0).toBeLessThan(BYTES.byteLength);
    expect(source.seen).toHaveLength(1);
  });

  it('is copied anew when the source is cut half-way', async () => {
    const { outcome, target } = await copy({
      source: (_request, number) =>
        number === 1
          ? (response) => {
              response.writeHead(200, { 'content-length': String(BYTES.byteLength) });
              response.write(BYTES.subarray(0, 100_000), () => response.socket?.destroy());
            }
          : { body: BYTES },
    });
    expect(outcome).toBe('uploaded');
    expect(findPut(target)?.body.equals(BYTES)).toBe(true);
  });

  it('is copied anew when the target is overloaded', async () => {
    const { outcome, target } = await copy({ put: (_request, number) => ({ status: number < 5 ? 503 : 201 }) });
    expect(outcome).toBe('uploaded');
    expect(target.seen.filter(({ method }) => method === 'PUT').length).toBeGreaterThan(1);
  });

  it('is done when the target did store it and said otherwise', async () => {
    let stored = false;
    const { outcome, target } = await copy({
      has: () => stored,
      put: () => {
        stored = true;
        return { status: 500 };
      },
    });
    expect(outcome).toBe('uploaded');
    expect(target.seen.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  it('is copied anew once when the target forgot the session', async () => {
    const { outcome, target } = await copy({ put: () => registryError(404, 'BLOB_UPLOAD_UNKNOWN') });
    expect(outcome).toMatchObject({ code: 'REGISTRY_ERROR' });
    expect(target.seen.filter(({ method }) => method === 'PUT')).toHaveLength(2);
  });

  it('is given up at once when the target refuses it', async () => {
    const { outcome, target } = await copy({ put: () => registryError(403, 'DENIED', 'quota exceeded') });
    expect(outcome).toMatchObject({ code: 'REGISTRY_DENIED', message: expect.stringContaining('quota exceeded') });
    expect(target.seen.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  it('is not begun when the target takes no uploads', async () => {
    const { outcome, source } = await copy({ open: () => ({ status: 405, body: 'Method not allowed' }) });
    expect(outcome).toMatchObject({ code: 'REGISTRY_READ_ONLY' });
    expect(source.seen).toEqual([]);
  });
});

describe('many blobs at a time', () => {
  it('are copied in both directions with room for one request only', async () => {
    const limits = { parallelism: 1, settings: () => ({ plainHttp: true, concurrency: 1 }) };
    const [one, other] = await Promise.all([
      startClientBench({ features: { mount: false } }, limits),
      startClientBench(),
    ]);
    const blobs = Array.from({ length: 6 }, (_, number) => randomBytes(50_000 + number));
    const places = [one.repository('a/x'), other.repository('a/x'), one.repository('b/y')];
    const jobs = [];
    for (const [number, bytes] of blobs.entries()) {
      const from = places[number % 3]!;
      const descriptor = { mediaType: 'a/b', digest: computeDigest(bytes), size: bytes.byteLength };
      await pushBlob({ url: `http://${from.registry}`, repository: from.path }, { digest: descriptor.digest, bytes });
      jobs.push(...places.filter((to) => to !== from).map((to) => ({ from, to, descriptor })));
    }
    const outcomes = await Promise.all(jobs.map((job) => one.client.copyBlob(job)));
    expect(outcomes).toEqual(jobs.map(() => 'uploaded'));
  });
});

describe('the place to upload to', () => {
  it.each(['relative', 'absolute'])('may be %s, with a query that is kept', async (kind) => {
    const { outcome, target } = await copy({
      location: (url) => (kind === 'relative' ? '/up?state=a%2Fb' : `${url}/up?state=a%2Fb`),
    });
    expect(outcome).toBe('uploaded');
    expect(findPut(target)?.path).toBe(PUT_PATH);
  });

  it('may be on another host, which gets no credentials', async () => {
    const store = await startFaultServer(() => ({ status: 201 }));
    const { outcome } = await copy({ location: () => `${store.url}/up?state=a%2Fb` });
    expect(outcome).toBe('uploaded');
    expect(store.seen[0]).toMatchObject({ method: 'PUT', path: PUT_PATH });
    expect(store.seen[0]!.headers.authorization).toBeUndefined();
    expect(store.seen[0]!.body.equals(BYTES)).toBe(true);
  });

  it.each<[string, FaultAnswer]>([
    ['is not said', { status: 202 }],
    ['is no URL', { status: 202, headers: { location: 'http://[oops' } }],
    ['names a user', { status: 202, headers: { location: 'http://me:secret@127.0.0.1/x' } }],
  ])('is an error when it %s', async (_what, answer) => {
    const { outcome } = await copy({ open: () => answer });
    expect(outcome).toMatchObject({ code: 'REGISTRY_PROTOCOL' });
  });
});

interface CopyOptions {
  readonly source?: FaultHandler;
  readonly mount?: FaultHandler;
  readonly open?: FaultHandler;
  readonly put?: FaultHandler;
  readonly has?: () => boolean;
  readonly location?: (url: string) => string;
}

/** Copies the blob between two servers; the outcome is what the copy gave or threw. */
async function copy(options: CopyOptions): Promise<{ outcome: unknown; source: FaultServer; target: FaultServer }> {
  const source = await startFaultServer(options.source ?? (() => ({ body: BYTES })));
  const target = await startTarget(options);
  const client = openClient({ retry: { attempts: 4, baseDelayMs: 1 } });
  const from = parseRepository(`${source.host}/from/x`);
  const to = parseRepository(`${target.host}/to/y`);
  const outcome = await client.copyBlob({ from, to, descriptor: BLOB }).catch((error: unknown) => error);
  return { outcome, source, target };
}

/** A registry that has nothing and takes everything, unless told otherwise. */
async function startTarget(options: CopyOptions): Promise<FaultServer> {
  const server: FaultServer = await startFaultServer((request, number) => {
    const location = options.location?.(server.url) ?? '/up?state=a%2Fb';
    const opened = { status: 202, headers: { location } };
    return findHandler(options, request)?.(request, number) ?? (request.method === 'PUT' ? { status: 201 } : opened);
  });
  return server;
}

function findHandler(options: CopyOptions, { method, path }: SeenRequest): FaultHandler | undefined {
  if (path.startsWith('/v2/from/')) return options.source;
  if (method === 'HEAD') return () => (options.has?.() === true ? {} : registryError(404, 'BLOB_UNKNOWN'));
  if (method === 'PUT') return options.put;
  return path.includes('mount=') ? options.mount : options.open;
}

function findPut(server: FaultServer): FaultServer['seen'][number] | undefined {
  return server.seen.findLast(({ method }) => method === 'PUT');
}
