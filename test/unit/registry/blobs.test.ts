import { describe, expect, it } from 'vitest';
import { computeDigest } from '../../../src/oci/digest.ts';
import { NO_DIGEST, startClientBench, startFaultBench } from '../../support/client-bench.ts';
import { type FaultAnswer, inTurn, registryError, startFaultServer } from '../../support/fault-server.ts';
import { pushBlob } from '../../support/push-content.ts';

const BYTES = Buffer.from('{"architecture":"amd64"}');
const BLOB = { digest: computeDigest(BYTES), size: BYTES.byteLength };
const ROOM = { maxBytes: 1000 };

describe('whether a blob is there', () => {
  it('takes one HEAD', async () => {
    const bench = await startClientBench();
    await pushBlob({ url: bench.playground.url, repository: 'a/b' }, { digest: BLOB.digest, bytes: BYTES });
    bench.playground.clearRequests();
    const repository = bench.repository('a/b');
    expect([
      await bench.client.hasBlob(repository, BLOB.digest),
      await bench.client.hasBlob(repository, NO_DIGEST),
    ]).toEqual([true, false]);
    expect(bench.traffic()).toHaveLength(2);
  });

  it.each([
    [405, 206, true],
    [403, 200, true],
    [501, 404, false],
    [400, 416, true],
  ])('is found out by a GET when HEAD gives %i and GET %i: %s', async (head, get, expected) => {
    const { client, repository, server } = await startFaultBench(({ method }) => ({
      status: method === 'HEAD' ? head : get,
    }));
    expect(await client.hasBlob(repository, BLOB.digest)).toBe(expected);
    expect(server.seen[1]!.headers.range).toBe('bytes=0-0');
  });

  it('is an error when it must not be known', async () => {
    const { client, repository } = await startFaultBench(() => registryError(403, 'DENIED', 'private'));
    await expect(client.hasBlob(repository, BLOB.digest)).rejects.toMatchObject({
      code: 'REGISTRY_DENIED',
      message: expect.stringContaining('private'),
    });
  });

  it('is not asked with what is no digest', async () => {
    const { client, repository, server } = await startFaultBench(() => ({}));
    await expect(client.hasBlob(repository, '../../x' as never)).rejects.toMatchObject({ code: 'REFERENCE_INVALID' });
    expect(server.seen).toEqual([]);
  });
});

describe('a blob', () => {
  it('is read whole and checked', async () => {
    const bench = await startClientBench();
    await pushBlob({ url: bench.playground.url, repository: 'a/b' }, { digest: BLOB.digest, bytes: BYTES });
    expect(Buffer.from(await bench.client.readBlob(bench.repository('a/b'), BLOB, ROOM))).toEqual(BYTES);
  });

  it('is read from where a redirect leads, without credentials', async () => {
    const cdn = await startFaultServer(() => ({ body: BYTES }));
    const { client, repository } = await startFaultBench(() => ({
      status: 307,
      headers: { location: `${cdn.url}/x?sig=1` },
    }));
    expect(Buffer.from(await client.readBlob(repository, BLOB, ROOM))).toEqual(BYTES);
    expect(cdn.seen[0]!.headers.authorization).toBeUndefined();
  });

  it('that is gone is named', async () => {
    const { client, repository, server } = await startFaultBench(() => registryError(404, 'BLOB_UNKNOWN'));
    await expect(client.readBlob(repository, BLOB, ROOM)).rejects.toMatchObject({
      code: 'BLOB_MISSING',
      message: expect.stringContaining(`${server.host}/a/b`),
    });
  });

  it('that claims to be too large is not asked for', async () => {
    const { client, repository, server } = await startFaultBench(() => ({ body: BYTES }));
    await expect(client.readBlob(repository, { ...BLOB, size: 1001 }, ROOM)).rejects.toMatchObject({
      code: 'MANIFEST_TOO_LARGE',
    });
    expect(server.seen).toEqual([]);
  });

  it.each<[string, FaultAnswer]>([
    ['longer than said', { body: `${BYTES.toString()} ` }],
    ['shorter than said', { body: BYTES.subarray(1) }],
    ['other bytes', { body: Buffer.alloc(BYTES.byteLength) }],
  ])('with %s is refused', async (_what, answer) => {
    const { client, repository, server } = await startFaultBench(() => answer);
    await expect(client.readBlob(repository, BLOB, ROOM)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(server.seen).toHaveLength(1);
  });

  it('that breaks off is asked for again', async () => {
    const cut: FaultAnswer = (response) => {
      response.writeHead(200, { 'content-length': String(BLOB.size) });
      response.write(BYTES.subarray(0, 5), () => response.socket?.destroy());
    };
    const { client, repository } = await startFaultBench(inTurn(cut, { body: BYTES }));
    expect(Buffer.from(await client.readBlob(repository, BLOB, ROOM))).toEqual(BYTES);
  });
});
