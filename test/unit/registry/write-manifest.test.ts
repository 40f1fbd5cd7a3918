import { describe, expect, it } from 'vitest';
import { computeDigest } from '../../../src/oci/digest.ts';
import type { RawManifest } from '../../../src/oci/manifest.ts';
import {
  AMD64,
  describeManifest,
  INDEX,
  INDEX_TYPE,
  NO_DIGEST,
  startClientBench,
  startFaultBench,
} from '../../support/client-bench.ts';
import { type FaultAnswer, type FaultHandler, hangUp, inTurn, registryError } from '../../support/fault-server.ts';
import { pushImage } from '../../support/push-content.ts';

const { manifest } = INDEX;
const CREATED: FaultAnswer = { status: 201, headers: { 'docker-content-digest': manifest.digest } };
const LIVE: FaultAnswer = { headers: describeManifest(manifest) };
const OTHER: FaultAnswer = { headers: describeManifest(AMD64.manifest) };

describe('a manifest', () => {
  it('is stored byte for byte under a tag with one PUT', async () => {
    const bench = await startClientBench();
    await pushImage({ url: bench.playground.url, repository: 'a/b', tag: 'old' }, AMD64);
    bench.playground.clearRequests();
    await bench.client.putManifest(bench.repository('a/b'), 'new', AMD64.manifest);
    expect(bench.traffic()).toEqual(['PUT /v2/a/b/manifests/new 201']);
    expect(bench.playground.requests[0]!.headers['content-type']).toBe(AMD64.manifest.mediaType);
    const stored = await bench.client.getManifest(bench.repository('a/b'), 'new');
    expect(stored?.digest).toBe(AMD64.manifest.digest);
  });

  it('over 4 MiB is not even sent', async () => {
    const { client, repository, server } = await startFaultBench(() => CREATED);
    const large = toManifest(Buffer.alloc(4 * 1024 * 1024 + 1, ' '));
    await expect(client.putManifest(repository, 'x', large)).rejects.toMatchObject({ code: 'MANIFEST_TOO_LARGE' });
    expect(server.seen).toEqual([]);
  });

  it('is not even sent under the digest of another one', async () => {
    const { client, repository, server } = await startFaultBench(() => CREATED);
    const write = client.putManifest(repository, NO_DIGEST, manifest);
    await expect(write).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(server.seen).toEqual([]);
  });

  it('is read back when the server does not name its digest', async () => {
    const { client, repository, server } = await startFaultBench(({ method }) =>
      method === 'PUT' ? { status: 201 } : LIVE,
    );
    await client.putManifest(repository, 'x', manifest);
    expect(server.seen.map(({ method }) => method)).toEqual(['PUT', 'HEAD']);
  });

  it('may show up a little later', async () => {
    const answers = inTurn({ status: 201 }, registryError(404, 'MANIFEST_UNKNOWN'), LIVE);
    const { client, repository } = await startFaultBench(answers);
    await expect(client.putManifest(repository, 'x', manifest)).resolves.toBeUndefined();
  });

  it.each<[string, FaultHandler]>([
    ['names another digest', () => ({ status: 201, headers: { 'docker-content-digest': NO_DIGEST } })],
    ['holds another manifest then', ({ method }) => (method === 'PUT' ? { status: 201 } : OTHER)],
  ])('is an error when the server %s', async (_what, handler) => {
    const { client, repository } = await startFaultBench(handler);
    await expect(client.putManifest(repository, 'x', manifest)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });

  it.each([200, 202])('is an error when the server answers %i', async (status) => {
    const { client, repository } = await startFaultBench(() => ({ status }));
    await expect(client.putManifest(repository, 'x', manifest)).rejects.toMatchObject({
      code: 'REGISTRY_ERROR',
      status,
    });
  });
});

describe('a PUT of which nobody knows what became', () => {
  it.each<[string, FaultAnswer]>([
    ['is cut', hangUp],
    ['ends with a 500', { status: 500 }],
    ['ends with a 504', { status: 504 }],
  ])('is done when it %s and the registry has the manifest', async (_what, answer) => {
    const { client, repository, server } = await startFaultBench(({ method }) => (method === 'PUT' ? answer : LIVE));
    await client.putManifest(repository, 'x', manifest);
    expect(server.seen.map(({ method }) => method)).toEqual(['PUT', 'HEAD']);
  });

  it('is repeated when the registry has something else', async () => {
    const { client, repository, server } = await startFaultBench(({ method }, number) => {
      if (method === 'HEAD') return OTHER;
      return number === 1 ? { status: 502 } : CREATED;
    });
    await client.putManifest(repository, 'x', manifest);
    expect(server.seen.map(({ method }) => method)).toEqual(['PUT', 'HEAD', 'PUT']);
  });

  it('is given up in the end, with the words of the registry', async () => {
    const { client, repository, server } = await startFaultBench(
      ({ method }) =>
        method === 'PUT' ? registryError(500, 'UNKNOWN', 'disk full') : registryError(404, 'MANIFEST_UNKNOWN'),
      { retry: { attempts: 3, baseDelayMs: 1 } },
    );
    await expect(client.putManifest(repository, 'x', manifest)).rejects.toMatchObject({
      code: 'REGISTRY_ERROR',
      message: expect.stringContaining('disk full'),
    });
    expect(server.seen.filter(({ method }) => method === 'PUT')).toHaveLength(3);
  });

  it('is reported as unknown when the registry cannot be asked either', async () => {
    const { client, repository } = await startFaultBench(({ method }) => (method === 'PUT' ? hangUp : { status: 403 }));
    await expect(client.putManifest(repository, 'x', manifest)).rejects.toMatchObject({
      code: 'PUSH_UNSETTLED',
      message: expect.stringContaining('could not be found out'),
    });
  });
});

describe('a manifest whose push is interrupted', () => {
  it('is not pushed again after a pause that the registry asked for', async () => {
    const stop = new AbortController();
    const { client, repository, server } = await startFaultBench(() => {
      stop.abort();
      return { status: 429, headers: { 'retry-after': '300' } };
    });
    const write = client.putManifest(repository, 'x', manifest, { signal: stop.signal });
    await expect(write).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(server.seen.map(({ method }) => method)).toEqual(['PUT']);
  });

  it('is looked for when the answer got lost', async () => {
    const stop = new AbortController();
    const { client, repository, server } = await startFaultBench(({ method }) => {
      stop.abort();
      return method === 'PUT' ? hangUp : LIVE;
    });
    await expect(client.putManifest(repository, 'x', manifest, { signal: stop.signal })).resolves.toBeUndefined();
    expect(server.seen.map(({ method }) => method)).toEqual(['PUT', 'HEAD']);
  });

  it('is not pushed again when the registry does not have it', async () => {
    const stop = new AbortController();
    const { client, repository, server } = await startFaultBench(({ method }) => {
      stop.abort();
      return method === 'PUT' ? { status: 503 } : OTHER;
    });
    const write = client.putManifest(repository, 'x', manifest, { signal: stop.signal });
    await expect(write).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(server.seen.map(({ method }) => method)).toEqual(['PUT', 'HEAD']);
  });

  it('has an unknown end when the registry wants a pause before it says more', async () => {
    const stop = new AbortController();
    const { client, repository } = await startFaultBench(() => {
      stop.abort();
      return { status: 503, headers: { 'retry-after': '300' } };
    });
    const write = client.putManifest(repository, 'x', manifest, { signal: stop.signal });
    await expect(write).rejects.toMatchObject({ code: 'PUSH_UNSETTLED' });
  });
});

describe('an immutable tag', () => {
  it.each<[string, FaultAnswer]>([
    [
      'ECR',
      registryError(
        400,
        'TAG_INVALID',
        "The image tag 'x' already exists in the 'a/b' repository and cannot be overwritten because the tag is immutable.",
      ),
    ],
    ['Harbor', registryError(412, 'PRECONDITION', "Failed to process request due to 'x' configured as immutable.")],
    ['Nexus', registryError(400, 'BLOB_UPLOAD_INVALID', 'Repository does not allow updating assets: docker')],
    ['Artifact Registry', registryError(400, 'MANIFEST_INVALID', 'The repository has enabled tag immutability')],
    ['Quay', registryError(409, 'UNKNOWN', 'tag is immutable and cannot be overwritten')],
    ['ACR', registryError(405, 'UNSUPPORTED', 'The operation is disallowed on this registry, repository or image.')],
    ['Alibaba', { status: 403, body: 'requested tag already exists and cannot be overwritten' }],
  ])('of %s is an error that shows what it holds', async (_who, refusal) => {
    const { client, repository, server } = await startFaultBench(({ method }) => (method === 'PUT' ? refusal : OTHER));
    await expect(client.putManifest(repository, 'x', manifest)).rejects.toMatchObject({
      code: 'REGISTRY_TAG_IMMUTABLE',
      message: expect.stringContaining(AMD64.manifest.digest.slice(7, 14)),
    });
    expect(server.seen.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  it('that holds the manifest already is fine', async () => {
    const refusal = registryError(412, 'PRECONDITION', 'configured as immutable');
    const { client, repository } = await startFaultBench(({ method }) => (method === 'PUT' ? refusal : LIVE));
    await expect(client.putManifest(repository, 'x', manifest)).resolves.toBeUndefined();
  });
});

describe('a refused PUT', () => {
  it.each<[string, FaultAnswer, string]>([
    ['too large by status', { status: 413 }, 'MANIFEST_TOO_LARGE'],
    ['too large by text', registryError(400, 'MANIFEST_INVALID', 'http: request body too large'), 'MANIFEST_TOO_LARGE'],
    ['from a registry in read-only mode', { status: 405, body: 'Method not allowed' }, 'REGISTRY_READ_ONLY'],
    [
      'from a pull-through cache',
      registryError(405, 'UNSUPPORTED', 'The operation is unsupported.'),
      'REGISTRY_READ_ONLY',
    ],
    [
      'without the right',
      registryError(403, 'DENIED', 'requested access to the resource is denied'),
      'REGISTRY_DENIED',
    ],
    ['without login', { status: 401 }, 'REGISTRY_UNAUTHORIZED'],
    ['of another kind', registryError(400, 'SOMETHING', 'else'), 'REGISTRY_ERROR'],
    [
      'to a repository that must be created first',
      registryError(404, 'NAME_UNKNOWN', 'repository not found'),
      'REGISTRY_ERROR',
    ],
  ])('is an error: %s', async (_what, refusal, code) => {
    const { client, repository, server } = await startFaultBench(({ method }) => (method === 'HEAD' ? LIVE : refusal));
    await expect(client.putManifest(repository, 'x', manifest)).rejects.toMatchObject({ code });
    expect(server.seen.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  it.each<[string, FaultAnswer]>([
    ['distribution', registryError(400, 'MANIFEST_BLOB_UNKNOWN', `blob unknown: ${AMD64.manifest.digest}`)],
    ['crane', registryError(404, 'MANIFEST_UNKNOWN', `Sub-manifest "${AMD64.manifest.digest}" not found`)],
    ['Nexus', registryError(400, 'BLOB_UNKNOWN', AMD64.manifest.digest)],
  ])('for a child that %s does not have names it', async (_who, refusal) => {
    const { client, repository } = await startFaultBench(() => refusal);
    await expect(client.putManifest(repository, 'x', manifest)).rejects.toMatchObject({
      code: 'REGISTRY_CHILD_UNKNOWN',
      hint: expect.stringContaining(AMD64.manifest.digest.slice(7, 14)),
    });
  });

  it('for a child that zot does not have is told from other invalid manifests', async () => {
    const { client, repository } = await startFaultBench(({ method, path }) => {
      if (method === 'PUT') return registryError(400, 'MANIFEST_INVALID', 'manifest invalid');
      return path.endsWith(AMD64.manifest.digest) ? OTHER : registryError(404, 'MANIFEST_UNKNOWN');
    });
    const missing = INDEX.images[1]!.manifest.digest.slice(7, 14);
    await expect(client.putManifest(repository, 'x', manifest)).rejects.toMatchObject({
      code: 'REGISTRY_CHILD_UNKNOWN',
      hint: expect.stringContaining(missing),
    });
  });

  it('for an invalid index whose children are all there is an error as it stands', async () => {
    const { client, repository } = await startFaultBench(({ method, path }) => {
      if (method === 'PUT') return registryError(400, 'MANIFEST_INVALID', 'schema check failed');
      return {
        headers: describeManifest(INDEX.images.find((image) => path.endsWith(image.manifest.digest))!.manifest),
      };
    });
    await expect(client.putManifest(repository, 'x', manifest)).rejects.toMatchObject({ code: 'REGISTRY_ERROR' });
  });

  it('for an image whose layer is gone says so', async () => {
    const { client, repository } = await startFaultBench(() =>
      registryError(400, 'MANIFEST_BLOB_UNKNOWN', 'blob unknown'),
    );
    await expect(client.putManifest(repository, 'x', AMD64.manifest)).rejects.toMatchObject({ code: 'BLOB_MISSING' });
  });
});

describe('several tags at once', () => {
  it('are stored with one PUT where the registry knows how', async () => {
    const bench = await startClientBench();
    await pushImage({ url: bench.playground.url, repository: 'a/b' }, AMD64);
    bench.playground.clearRequests();
    const repository = bench.repository('a/b');
    expect(await bench.client.putManifestTags(repository, AMD64.manifest, ['1', '1.2', 'latest'])).toEqual([
      '1',
      '1.2',
      'latest',
    ]);
    expect(bench.traffic()).toHaveLength(1);
    expect((await bench.client.headManifest(repository, '1.2'))?.digest).toBe(AMD64.manifest.digest);
  });

  it('are none where it ignores them', async () => {
    const bench = await startClientBench({ features: { multiTag: false } });
    await pushImage({ url: bench.playground.url, repository: 'a/b' }, AMD64);
    expect(await bench.client.putManifestTags(bench.repository('a/b'), AMD64.manifest, ['1', '2'])).toEqual([]);
  });

  it('are those that it names, and only of those asked for', async () => {
    const { client, repository } = await startFaultBench(() => ({
      status: 201,
      headers: { 'oci-tag': ['b', 'evil', 'c, a'] },
    }));
    expect(await client.putManifestTags(repository, manifest, ['a', 'b', 'd'])).toEqual(['a', 'b']);
  });

  it('go in parts when there are many', async () => {
    const { client, repository, server } = await startFaultBench(({ path }) => confirmAll(path));
    const tags = Array.from({ length: 95 }, (_, number) => `t${number}`);
    expect(await client.putManifestTags(repository, manifest, tags)).toEqual(tags);
    expect(server.seen).toHaveLength(3);
  });

  it('go in tens when the address gets too long', async () => {
    const { client, repository, server } = await startFaultBench(({ path }) =>
      path.split('tag=').length > 11 ? { status: 414 } : confirmAll(path),
    );
    const tags = Array.from({ length: 25 }, (_, number) => `t${number}`);
    expect(await client.putManifestTags(repository, manifest, tags)).toEqual(tags);
    expect(server.seen).toHaveLength(4);
  });

  it('are none when one of them is immutable', async () => {
    const refusal = registryError(412, 'PRECONDITION', 'configured as immutable');
    const { client, repository } = await startFaultBench(() => refusal);
    expect(await client.putManifestTags(repository, manifest, ['a', 'b'])).toEqual([]);
  });

  it('are an error when a child is missing', async () => {
    const { client, repository } = await startFaultBench(() =>
      registryError(400, 'MANIFEST_BLOB_UNKNOWN', AMD64.manifest.digest),
    );
    await expect(client.putManifestTags(repository, manifest, ['a', 'b'])).rejects.toMatchObject({
      code: 'REGISTRY_CHILD_UNKNOWN',
    });
  });
});

describe('a client that only reads', () => {
  it('refuses every write before it is sent', async () => {
    const { client, repository, server } = await startFaultBench(() => CREATED, { access: 'read' });
    const descriptor = { mediaType: 'a/b', digest: NO_DIGEST, size: 1 };
    const writes = [
      client.putManifest(repository, 'x', manifest),
      client.putManifestTags(repository, manifest, ['x']),
      client.copyBlob({ from: { ...repository, path: 'c/d' }, to: repository, descriptor }),
    ];
    for (const write of writes) await expect(write).rejects.toMatchObject({ code: 'READ_ONLY_COMMAND' });
    expect(server.seen).toEqual([]);
  });
});

function toManifest(bytes: Uint8Array): RawManifest {
  return { bytes, digest: computeDigest(bytes), mediaType: INDEX_TYPE };
}

function confirmAll(path: string): FaultAnswer {
  return { status: 201, headers: { 'oci-tag': new URL(path, 'http://x').searchParams.getAll('tag') } };
}
