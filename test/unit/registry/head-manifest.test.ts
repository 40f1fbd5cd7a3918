import { describe, expect, it } from 'vitest';
import { AMD64, describeManifest, INDEX, startFaultBench } from '../../support/client-bench.ts';
import { type FaultAnswer, inTurn, registryError } from '../../support/fault-server.ts';

const { manifest } = INDEX;
const HEAD = { digest: manifest.digest, mediaType: manifest.mediaType, size: manifest.bytes.byteLength };
const TAGGED: FaultAnswer = { headers: { ...describeManifest(manifest), etag: `"${manifest.digest}"` } };
const PICKED: FaultAnswer = { headers: describeManifest(AMD64.manifest), body: AMD64.manifest.bytes };

describe('a tag that is read again', () => {
  it('is asked for with the ETag it had, and is the same when nothing more is said', async () => {
    const { client, repository, server } = await startFaultBench(inTurn(TAGGED, { status: 304 }));
    await client.headManifest(repository, 'x');
    expect(await client.headManifest(repository, 'x')).toEqual(HEAD);
    expect(server.seen.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, `"${manifest.digest}"`]);
  });

  it.each(['"1"', `W/"${manifest.digest}"`, manifest.digest])(
    'is not asked for with %s, which need not change with the tag',
    async (etag) => {
      const { client, repository, server } = await startFaultBench(() => ({
        headers: { ...describeManifest(manifest), etag },
      }));
      await client.headManifest(repository, 'x');
      await client.headManifest(repository, 'x');
      expect(server.seen.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, undefined]);
    },
  );

  it('is not the same only because a server says so without being asked', async () => {
    const { client, repository } = await startFaultBench(() => ({ status: 304 }));
    await expect(client.headManifest(repository, 'x')).rejects.toMatchObject({ status: 304 });
  });

  it('is asked for whole after it was pushed', async () => {
    const created = { status: 201, headers: { 'docker-content-digest': manifest.digest } };
    const { client, repository, server } = await startFaultBench(({ method }) => (method === 'PUT' ? created : TAGGED));
    await client.headManifest(repository, 'x');
    await client.putManifest(repository, 'x', manifest);
    await client.headManifest(repository, 'x');
    expect(server.seen.at(-1)!.headers['if-none-match']).toBeUndefined();
  });

  it('is not taken for one of the images of its index', async () => {
    const whole = { headers: describeManifest(manifest), body: manifest.bytes };
    const { client, repository } = await startFaultBench(inTurn(whole, PICKED));
    await client.getManifest(repository, 'x');
    for (const read of [client.headManifest(repository, 'x'), client.getManifest(repository, 'x')]) {
      await expect(read).rejects.toMatchObject({
        code: 'REGISTRY_PROTOCOL',
        message: expect.stringContaining(`${AMD64.manifest.mediaType} for a tag we know as index`),
      });
    }
  });

  it('may have become another image', async () => {
    const small = { mediaType: AMD64.manifest.mediaType, digest: `sha256:${'1'.repeat(64)}`, size: 7 };
    const other = {
      headers: {
        'content-type': small.mediaType,
        'content-length': '7',
        'docker-content-digest': small.digest,
      },
    };
    const whole = { headers: describeManifest(manifest), body: manifest.bytes };
    const { client, repository } = await startFaultBench(inTurn(whole, other));
    await client.getManifest(repository, 'x');
    expect(await client.headManifest(repository, 'x')).toEqual(small);
  });
});

describe('a registry that knows no HEAD', () => {
  it('is asked by GET from then on', async () => {
    const whole = { headers: describeManifest(manifest), body: manifest.bytes };
    const { client, repository, server } = await startFaultBench(({ method }) =>
      method === 'HEAD' ? { status: 405 } : whole,
    );
    await client.headManifest(repository, 'x');
    expect(await client.headManifest(repository, 'y')).toEqual(HEAD);
    expect(server.seen.map(({ method }) => method)).toEqual(['HEAD', 'GET', 'GET']);
  });
});

describe('a manifest that this run pushed', () => {
  const created = { status: 201, headers: { 'docker-content-digest': manifest.digest } };
  const late = registryError(404, 'MANIFEST_UNKNOWN');

  it('is looked for again while the registry does not show it', async () => {
    const { client, repository } = await startFaultBench(inTurn(created, late, late, TAGGED));
    await client.putManifest(repository, manifest.digest, manifest);
    expect(await client.headManifest(repository, manifest.digest)).toEqual(HEAD);
  });

  it('is absent when it does not show up', async () => {
    const { client, repository, server } = await startFaultBench(inTurn(created, late));
    await client.putManifest(repository, manifest.digest, manifest);
    expect(await client.headManifest(repository, manifest.digest)).toBeUndefined();
    expect(server.seen).toHaveLength(5);
  });
});

describe('a registry that takes no writes', () => {
  it('is not asked to take another one', async () => {
    const { client, repository, server } = await startFaultBench(() => ({ status: 405, body: 'Method not allowed' }));
    const other = { ...repository, path: 'c/d' };
    await expect(client.putManifest(repository, 'x', manifest)).rejects.toMatchObject({ code: 'REGISTRY_READ_ONLY' });
    await expect(client.putManifest(other, 'x', manifest)).rejects.toMatchObject({ code: 'REGISTRY_READ_ONLY' });
    expect(server.seen).toHaveLength(1);
  });

  it('is asked again when it spoke of one place only', async () => {
    const text = 'cannot push to a project that is a proxy cache';
    const { client, repository, server } = await startFaultBench(() => registryError(405, 'UNSUPPORTED', text));
    for (const path of ['a/b', 'c/d'])
      await expect(client.putManifest({ ...repository, path }, 'x', manifest)).rejects.toMatchObject({ status: 405 });
    expect(server.seen).toHaveLength(2);
  });
});
