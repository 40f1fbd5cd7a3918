import { describe, expect, it } from 'vitest';
import { computeDigest } from '../../../src/oci/digest.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { openClient } from '../../support/client-bench.ts';
import { type FaultAnswer, type FaultServer, registryError, startFaultServer } from '../../support/fault-server.ts';

const KIB = 1024;

describe('small blobs from another registry', () => {
  it.each([
    [64 * KIB, 16],
    [64 * KIB + 1, 4],
  ])('of %i bytes each are read %i at one time', async (size, expected) => {
    const blobs = listBlobs(33, size);
    const source = await startSource(blobs, expected);
    const target = await startTarget(() => ({ status: 201 }));
    await copyAll({ source, target }, blobs);
    expect([source.peak(), findPuts(target)]).toEqual([expected, 33]);
  });

  it('are copied both ways with room for one request, and wait for each other never', async () => {
    const blobs = listBlobs(20, KIB);
    const servers = await Promise.all([startBoth(blobs), startBoth(blobs)]);
    const client = openClient({ parallelism: 1 });
    const [left, right] = servers.map(({ host }) => parseRepository(`${host}/a/b`)) as [never, never];
    const outcomes = await Promise.all(
      blobs.flatMap(({ descriptor }) => [
        client.copyBlob({ from: left, to: right, descriptor }),
        client.copyBlob({ from: right, to: left, descriptor }),
      ]),
    );
    expect(new Set(outcomes)).toEqual(new Set(['uploaded']));
  });

  it('tell how far they are', async () => {
    const [blob] = listBlobs(1, KIB);
    const { job } = await startCopy(blob!, () => ({ status: 201 }));
    const seen: number[] = [];
    await openClient().copyBlob({ ...job, onProgress: (bytes) => void seen.push(bytes) });
    expect(seen).toEqual([KIB]);
  });

  it('that were stored though the answer was lost are there', async () => {
    const [blob] = listBlobs(1, KIB);
    let isStored = false;
    const { job, target } = await startCopy(blob!, () => {
      if (isStored) return registryError(404, 'BLOB_UPLOAD_UNKNOWN');
      isStored = true;
      return (response) => void response.destroy();
    });
    target.onHead = () => (isStored ? { status: 200 } : registryError(404, 'BLOB_UNKNOWN'));
    expect(await openClient().copyBlob(job)).toBe('uploaded');
  });

  it('are sent again when the registry forgot the upload', async () => {
    const [blob] = listBlobs(1, KIB);
    let tries = 0;
    const { job, server } = await startCopy(blob!, () => {
      tries += 1;
      return tries === 1 ? registryError(404, 'BLOB_UPLOAD_UNKNOWN') : { status: 201 };
    });
    expect(await openClient().copyBlob(job)).toBe('uploaded');
    expect(server.seen.map(({ method }) => method)).toEqual(['HEAD', 'POST', 'PUT', 'HEAD', 'POST', 'PUT']);
  });

  it('that the registry refuses are an error that says why', async () => {
    const [blob] = listBlobs(1, KIB);
    const { job } = await startCopy(blob!, () => registryError(403, 'DENIED', 'quota'));
    await expect(openClient().copyBlob(job)).rejects.toMatchObject({
      code: 'REGISTRY_DENIED',
      message: expect.stringContaining('quota'),
    });
  });

  it('with other content never arrive', async () => {
    const [blob] = listBlobs(1, KIB);
    const source = await startFaultServer(() => ({ body: Buffer.alloc(KIB, 'x') }));
    const target = await startTarget(() => ({ status: 201 }));
    await expect(copyAll({ source, target }, [blob!])).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(target.seen.map(({ method }) => method)).toEqual(['HEAD']);
  });
});

interface Blob {
  readonly bytes: Buffer;
  readonly descriptor: {
    readonly mediaType: string;
    readonly digest: ReturnType<typeof computeDigest>;
    readonly size: number;
  };
}

function listBlobs(count: number, size: number): readonly Blob[] {
  return Array.from({ length: count }, (_none, number) => {
    const bytes = Buffer.alloc(size, `blob ${number} `);
    return { bytes, descriptor: { mediaType: 'a/b', digest: computeDigest(bytes), size } };
  });
}

function answerBlob(blobs: readonly Blob[], path: string): FaultAnswer {
  const found = blobs.find(({ descriptor }) => path.endsWith(descriptor.digest));
  return found === undefined ? registryError(404, 'BLOB_UNKNOWN') : { body: found.bytes };
}

/** A registry that answers only when it has been asked for `atOnce` blobs, but for the first: that one always comes alone. */
function startSource(blobs: readonly Blob[], atOnce = 1): Promise<FaultServer> {
  const held: (() => void)[] = [];
  return startFaultServer(async ({ path }, number) => {
    if (number === 1) return answerBlob(blobs, path);
    await new Promise<void>((resolve) => {
      held.push(resolve);
      if (held.length === atOnce) for (const release of held.splice(0)) release();
    });
    return answerBlob(blobs, path);
  });
}

function startTarget(
  put: () => FaultAnswer,
  head: () => FaultAnswer = () => registryError(404, 'BLOB_UNKNOWN'),
): Promise<FaultServer> {
  return startFaultServer(({ method }) => {
    if (method === 'HEAD') return head();
    return method === 'POST' ? { status: 202, headers: { location: '/up' } } : put();
  });
}

/** A registry that has nothing when it is asked, everything when it is read from, and takes whatever comes. */
function startBoth(blobs: readonly Blob[]): Promise<FaultServer> {
  return startFaultServer(({ method, path }) => {
    if (method === 'GET') return answerBlob(blobs, path);
    if (method === 'HEAD') return registryError(404, 'BLOB_UNKNOWN');
    return method === 'POST' ? { status: 202, headers: { location: '/up' } } : { status: 201 };
  });
}

async function startCopy(blob: Blob, put: () => FaultAnswer) {
  const target = { onHead: (): FaultAnswer => registryError(404, 'BLOB_UNKNOWN') };
  const source = await startSource([blob]);
  const server = await startTarget(put, () => target.onHead());
  const [from, to] = [parseRepository(`${source.host}/a/b`), parseRepository(`${server.host}/c/d`)];
  return { job: { from, to, descriptor: blob.descriptor }, server, target };
}

async function copyAll(
  { source, target }: { readonly source: FaultServer; readonly target: FaultServer },
  blobs: readonly Blob[],
): Promise<void> {
  const client = openClient();
  const [from, to] = [parseRepository(`${source.host}/a/b`), parseRepository(`${target.host}/c/d`)];
  await Promise.all(blobs.map(({ descriptor }) => client.copyBlob({ from, to, descriptor })));
}

function findPuts({ seen }: FaultServer): number {
  return seen.filter(({ method }) => method === 'PUT').length;
}
