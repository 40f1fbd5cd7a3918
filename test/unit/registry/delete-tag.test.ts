import { describe, expect, it } from 'vitest';
import { AMD64, NO_DIGEST, startClientBench, startFaultBench } from '../../support/client-bench.ts';
import { type FaultAnswer, inTurn, registryError } from '../../support/fault-server.ts';
import { pushImage, pushManifest } from '../../support/push-content.ts';

describe('a tag', () => {
  it('is deleted with one request, and no other tag with it', async () => {
    const bench = await startClientBench();
    const target = { url: bench.playground.url, repository: 'a/b' };
    await pushImage({ ...target, tag: 'old' }, AMD64);
    await pushManifest({ ...target, tag: 'new' }, AMD64.manifest);
    bench.playground.clearRequests();
    const repository = bench.repository('a/b');
    expect(await bench.client.deleteTag(repository, 'old')).toBe('deleted');
    expect(bench.traffic()).toEqual(['DELETE /v2/a/b/manifests/old 202']);
    expect(await bench.client.listTags(repository)).toEqual(['new']);
  });

  it('that is not there is absent', async () => {
    const bench = await startClientBench();
    expect(await bench.client.deleteTag(bench.repository('a/b'), 'old')).toBe('absent');
  });

  it.each<[string, FaultAnswer]>([
    ['distribution 2', registryError(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content')],
    ['GHCR', registryError(405, 'UNSUPPORTED', 'The operation is unsupported.')],
    ['Harbor', { status: 405 }],
    ['a small one', { status: 501 }],
  ])('cannot be deleted in %s, which is said, asked once, and leaves the digest alone', async (_who, answer) => {
    const { client, repository, server } = await startFaultBench(() => answer);
    expect(await client.deleteTag(repository, 'old')).toBe('unsupported');
    expect(await client.deleteTag(repository, 'other')).toBe('unsupported');
    expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(['DELETE /v2/a/b/manifests/old']);
  });

  it.each<[string, FaultAnswer, string]>([
    [
      'is locked',
      registryError(405, 'UNSUPPORTED', 'The operation is disallowed on this repository.'),
      'REGISTRY_TAG_IMMUTABLE',
    ],
    ['is not ours to delete', registryError(403, 'DENIED'), 'REGISTRY_DENIED'],
    ['is another problem', registryError(400, 'NAME_INVALID'), 'REGISTRY_ERROR'],
    ['is a web page', { status: 404, headers: { 'content-type': 'text/html' }, body: '<html>' }, 'REGISTRY_ERROR'],
  ])('is an error when it %s', async (_what, answer, code) => {
    const { client, repository } = await startFaultBench(() => answer);
    await expect(client.deleteTag(repository, 'old')).rejects.toMatchObject({ code });
  });

  it('is tried again when the registry is overloaded', async () => {
    const { client, repository, server } = await startFaultBench(inTurn({ status: 503 }, { status: 202 }));
    expect(await client.deleteTag(repository, 'old')).toBe('deleted');
    expect(server.seen).toHaveLength(2);
  });

  it('is never a digest', async () => {
    const { client, repository, server } = await startFaultBench(() => ({ status: 202 }));
    await expect(client.deleteTag(repository, NO_DIGEST)).rejects.toMatchObject({ code: 'REFERENCE_INVALID' });
    expect(server.seen).toEqual([]);
  });
});
