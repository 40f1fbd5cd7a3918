import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../../src/oci/descriptor.ts';
import { computeDigest } from '../../../src/oci/digest.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { openClient, startClientBench } from '../../support/client-bench.ts';
import { startCuttingProxy } from '../../support/cutting-proxy.ts';
import {
  type FaultAnswer,
  type FaultHandler,
  type FaultServer,
  hangUp,
  registryError,
  startFaultServer,
} from '../../support/fault-server.ts';
import { pushBlob } from '../../support/push-content.ts';

const MIB = 1024 * 1024;
const BYTES = randomBytes(12 * MIB + 7);
const BLOB: Descriptor = { mediaType: 'a/b', digest: computeDigest(BYTES), size: BYTES.byteLength };
const QUICK = { retry: { attempts: 4, baseDelayMs: 1 } };

describe('a large blob whose upload is cut', () => {
  it('goes on from where the registry says it got to', async () => {
    const [source, target] = await Promise.all([startClientBench(), startClientBench()]);
    await pushBlob({ url: source.playground.url, repository: 'a/b' }, { digest: BLOB.digest, bytes: BYTES });
    const proxy = await startCuttingProxy({ to: target.playground.host, watch: 'sent', cutAfterBytes: [7 * MIB] });
    source.playground.clearRequests();
    const job = { from: source.repository('a/b'), to: parseRepository(`${proxy.host}/c/d`), descriptor: BLOB };
    expect(await openClient(QUICK).copyBlob(job)).toBe('uploaded');
    expect([proxy.cuts(), proxy.passed() < BYTES.byteLength + MIB]).toEqual([1, true]);
    expect(target.playground.requests.map(({ method }) => method)).toEqual(
      expect.arrayContaining(['PUT', 'GET', 'PATCH', 'PUT']),
    );
    expect(source.playground.requests.map(({ headers }) => headers.range)).toEqual([
      undefined,
      expect.stringMatching(/^bytes=[4-7]\d{6}-$/),
    ]);
    expect(await target.client.hasBlob(target.repository('c/d'), BLOB.digest)).toBe(true);
  });

  it('goes on however often that happens, as long as it gets further', async () => {
    const [source, target] = await Promise.all([startClientBench(), startClientBench()]);
    const bytes = randomBytes(40 * MIB);
    const descriptor = { mediaType: 'a/b', digest: computeDigest(bytes), size: bytes.byteLength };
    await pushBlob({ url: source.playground.url, repository: 'a/b' }, { digest: descriptor.digest, bytes });
    const cutAfterBytes = [7, 6, 6, 6, 6, 6].map((count) => count * MIB);
    const proxy = await startCuttingProxy({ to: target.playground.host, watch: 'sent', cutAfterBytes });
    const job = { from: source.repository('a/b'), to: parseRepository(`${proxy.host}/c/d`), descriptor };
    expect(await openClient({ retry: { attempts: 2, baseDelayMs: 1 } }).copyBlob(job)).toBe('uploaded');
    expect([proxy.cuts(), proxy.passed() < 42 * MIB]).toEqual([6, true]);
  });
});

describe('a large blob whose download is cut', () => {
  it('is read on from there, and what arrived is not sent again', async () => {
    const [source, target] = await Promise.all([startClientBench(), startClientBench()]);
    await pushBlob({ url: source.playground.url, repository: 'a/b' }, { digest: BLOB.digest, bytes: BYTES });
    const proxy = await startCuttingProxy({ to: source.playground.host, watch: 'received', cutAfterBytes: [8 * MIB] });
    const job = { from: parseRepository(`${proxy.host}/a/b`), to: target.repository('c/d'), descriptor: BLOB };
    const seen: number[] = [];
    expect(await openClient(QUICK).copyBlob({ ...job, onProgress: (bytes) => void seen.push(bytes) })).toBe('uploaded');
    expect([proxy.cuts(), proxy.passed() < BYTES.byteLength + 5 * MIB]).toEqual([1, true]);
    expect(seen.filter((bytes, index) => bytes < (seen[index - 1] ?? 0)).length).toBeLessThanOrEqual(1);
    expect(await target.client.hasBlob(job.to, BLOB.digest)).toBe(true);
  });

  it('may come from a server that knows no ranges', async () => {
    const target = await startClientBench();
    const source = await startFaultServer((_request, number) => (number === 1 ? cutAfter(8 * MIB) : { body: BYTES }));
    const job = { from: parseRepository(`${source.host}/a/b`), to: target.repository('c/d'), descriptor: BLOB };
    expect(await openClient(QUICK).copyBlob(job)).toBe('uploaded');
    expect(source.seen[1]!.headers.range).toMatch(/^bytes=\d+-$/);
    expect(await target.client.hasBlob(job.to, BLOB.digest)).toBe(true);
  });

  it('that is another one after the cut never arrives, and its upload is cancelled', async () => {
    const target = await startClientBench();
    const other = randomBytes(BYTES.byteLength);
    const source = await startFaultServer((_request, number) => (number === 1 ? cutAfter(8 * MIB) : { body: other }));
    const job = { from: parseRepository(`${source.host}/a/b`), to: target.repository('c/d'), descriptor: BLOB };
    await expect(openClient(QUICK).copyBlob(job)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(target.playground.requests.at(-1)).toMatchObject({ method: 'DELETE', status: 204 });
    expect(target.playground.requests.filter(({ status }) => status === 201)).toEqual([]);
  });
});

describe('a registry that does not take a large blob in one request', () => {
  it('gets it in pieces, as large as it asks for', async () => {
    const target = await startTarget({
      whole: () => ({ status: 413 }),
      opened: { 'oci-chunk-min-length': String(6 * MIB) },
    });
    expect(await copyTo(target)).toBe('uploaded');
    expect(target.pieces()).toEqual([
      `0-${6 * MIB - 1}`,
      `${6 * MIB}-${12 * MIB - 1}`,
      `${12 * MIB}-${BYTES.byteLength - 1}`,
    ]);
    expect(target.content().equals(BYTES)).toBe(true);
  });

  it('gets pieces of five MiB when it does not ask', async () => {
    const target = await startTarget({ whole: () => ({ status: 413 }) });
    expect(await copyTo(target)).toBe('uploaded');
    expect(target.pieces().map((piece) => piece.split('-')[0])).toEqual(['0', String(5 * MIB), String(10 * MIB)]);
  });

  it('gets what it lacks when it is out of step', async () => {
    const target = await startTarget({
      whole: () => ({ status: 413 }),
      piece: (_request, number) => (number === 2 ? { status: 416 } : undefined),
    });
    expect(await copyTo(target)).toBe('uploaded');
    expect(target.content().equals(BYTES)).toBe(true);
  });

  it('has the last word when it takes no pieces either', async () => {
    const target = await startTarget({ whole: () => ({ status: 413 }), piece: () => ({ status: 405 }) });
    expect(await copyTo(target)).toMatchObject({ status: 413 });
    expect(target.server.seen.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
  });
});

describe('a registry that takes no pieces', () => {
  it.each<[string, FaultAnswer]>([
    ['says so', registryError(400, 'UNSUPPORTED')],
    ['answers 201, as ECR', { status: 201 }],
    ['has no such method', { status: 405 }],
  ])('and %s gets the whole again after a cut, and no piece of the next blob', async (_what, answer) => {
    let puts = 0;
    const target = await startTarget({
      whole: () => {
        puts += 1;
        return puts % 2 === 1 ? hangUp : { status: 201 };
      },
      piece: () => answer,
    });
    const client = openClient(QUICK);
    expect(await copyTo(target, client)).toBe('uploaded');
    expect(await copyTo(target, client, 'e/f')).toBe('uploaded');
    expect(target.server.seen.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
  });

  it('because it wants them too large gets the whole again', async () => {
    const target = await startTarget({
      whole: (_request, number) => (number === 1 ? hangUp : { status: 201 }),
      opened: { 'oci-chunk-min-length': String(1024 * MIB) },
    });
    expect(await copyTo(target)).toBe('uploaded');
    expect(target.server.seen.filter(({ method }) => method === 'PATCH')).toEqual([]);
  });
});

function cutAfter(bytes: number): FaultAnswer {
  return (response) => {
    response.writeHead(200, { 'content-length': String(BYTES.byteLength) });
    response.write(BYTES.subarray(0, bytes), () => response.socket?.end());
  };
}

interface TargetOptions {
  /** The answer to a blob in one request; `number` counts those. */
  readonly whole: FaultHandler;
  /** The answer to a piece instead of taking it; `number` counts those. */
  readonly piece?: (request: Parameters<FaultHandler>[0], number: number) => FaultAnswer | undefined;
  readonly opened?: Readonly<Record<string, string>>;
}

interface Target {
  readonly server: FaultServer;
  readonly pieces: () => readonly string[];
  readonly content: () => Buffer;
}

/** A registry with one upload at a time. */
async function startTarget(options: TargetOptions): Promise<Target> {
  let stored = Buffer.alloc(0);
  const counts = { PUT: 0, PATCH: 0 };
  const answer = (status: number, more = {}): FaultAnswer => ({
    status,
    headers: { location: '/up', range: `0-${Math.max(0, stored.byteLength - 1)}`, ...more },
  });
  const server = await startFaultServer((request) => {
    const { method, body } = request;
    if (method === 'HEAD') return registryError(404, 'BLOB_UNKNOWN');
    if (method === 'GET') return answer(204);
    if (method === 'PUT') {
      if (body.byteLength === 0) return { status: computeDigest(stored) === BLOB.digest ? 201 : 400 };
      counts.PUT += 1;
      return options.whole(request, counts.PUT);
    }
    if (method === 'PATCH') {
      counts.PATCH += 1;
      const own = options.piece?.(request, counts.PATCH);
      if (own !== undefined) return own;
      if (Number(request.headers['content-range']?.split('-')[0]) !== stored.byteLength) return answer(416);
      stored = Buffer.concat([stored, body]);
      return answer(202);
    }
    stored = Buffer.alloc(0);
    return answer(202, options.opened);
  });
  const pieces = (): readonly string[] => server.seen.flatMap(({ headers }) => headers['content-range'] ?? []);
  return { server, pieces, content: () => stored };
}

async function copyTo({ server }: Target, client = openClient(QUICK), path = 'c/d'): Promise<unknown> {
  const source = await startFaultServer((request) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (start === 0) return { body: BYTES };
    const range = `bytes ${start}-${BYTES.byteLength - 1}/${BYTES.byteLength}`;
    return { status: 206, headers: { 'content-range': range }, body: BYTES.subarray(start) };
  });
  const from = parseRepository(`${source.host}/a/b`);
  const job = { from, to: parseRepository(`${server.host}/${path}`), descriptor: BLOB };
  return client.copyBlob(job).catch((error: unknown) => error);
}
