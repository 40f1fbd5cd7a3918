import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../../src/oci/descriptor.ts';
import { computeDigest } from '../../../src/oci/digest.ts';
import type { RawManifest } from '../../../src/oci/manifest.ts';
import { MEDIA_TYPES } from '../../../src/oci/media-types.ts';
import { buildImage, buildIndex } from '../../../src/playground/images.ts';
import { type CopyProgress, copyManifest } from '../../../src/registry/copy.ts';
import {
  AMD64,
  ARM64,
  INDEX,
  INDEX_TYPE,
  NO_DIGEST,
  startClientBench,
  startFaultBench,
} from '../../support/client-bench.ts';
import { registryError, startFaultServer } from '../../support/fault-server.ts';
import { pushImage, pushIndex, pushManifest } from '../../support/push-content.ts';

describe('an image', () => {
  it('is copied to another registry with all it needs, the manifest last', async () => {
    const [source, target] = await Promise.all([startClientBench(), startClientBench()]);
    await pushImage({ url: source.playground.url, repository: 'a/b' }, AMD64);
    const progress: CopyProgress[] = [];
    const job = { from: source.repository('a/b'), to: target.repository('c/d'), digest: AMD64.manifest.digest };
    expect(await copyManifest(target.client, { ...job, onProgress: (step) => void progress.push(step) })).toBe(
      'copied',
    );
    expect(target.traffic().at(-1)).toBe(`PUT /v2/c/d/manifests/${AMD64.manifest.digest} 201`);
    expect(
      progress
        .filter(({ outcome }) => outcome === 'uploaded')
        .map(({ digest }) => digest)
        .sort(),
    ).toEqual(AMD64.blobs.map(({ digest }) => digest).sort());
    expect((await target.client.getManifest(job.to, job.digest))?.digest).toBe(job.digest);
  });

  it('is mounted within one registry', async () => {
    const bench = await startClientBench();
    await pushImage({ url: bench.playground.url, repository: 'a/b' }, AMD64);
    bench.playground.clearRequests();
    const job = { from: bench.repository('a/b'), to: bench.repository('c/d'), digest: AMD64.manifest.digest };
    expect(await copyManifest(bench.client, job)).toBe('copied');
    expect(bench.playground.requests.map(({ method }) => method).sort()).toEqual([
      'GET',
      'HEAD',
      'POST',
      'POST',
      'PUT',
    ]);
  });

  it('is left alone with one request when it is there', async () => {
    const bench = await startClientBench();
    await pushImage({ url: bench.playground.url, repository: 'c/d' }, AMD64);
    bench.playground.clearRequests();
    const job = { from: bench.repository('a/b'), to: bench.repository('c/d'), digest: AMD64.manifest.digest };
    expect(await copyManifest(bench.client, job)).toBe('present');
    expect(bench.traffic()).toHaveLength(1);
  });

  it('that is gone from the source is named', async () => {
    const bench = await startClientBench();
    const job = { from: bench.repository('a/b'), to: bench.repository('c/d'), digest: NO_DIGEST };
    await expect(copyManifest(bench.client, job)).rejects.toMatchObject({
      code: 'SOURCE_MISSING',
      message: expect.stringMatching(/a\/b@sha256.*c\/d/),
    });
  });

  it('whose layer is gone is not pushed', async () => {
    const bench = await startClientBench({ features: { sparse: true } });
    await pushManifest({ url: bench.playground.url, repository: 'a/b' }, AMD64.manifest);
    bench.playground.clearRequests();
    const job = { from: bench.repository('a/b'), to: bench.repository('c/d'), digest: AMD64.manifest.digest };
    await expect(copyManifest(bench.client, job)).rejects.toMatchObject({ code: 'BLOB_MISSING' });
    expect(bench.traffic().filter((line) => line.startsWith('PUT'))).toEqual([]);
  });
});

describe('an index', () => {
  it('is copied children first', async () => {
    const [source, target] = await Promise.all([startClientBench(), startClientBench()]);
    await pushIndex({ url: source.playground.url, repository: 'a/b' }, INDEX);
    const job = { from: source.repository('a/b'), to: target.repository('c/d'), digest: INDEX.manifest.digest };
    expect(await copyManifest(target.client, job)).toBe('copied');
    const puts = target.traffic().filter((line) => line.startsWith('PUT /v2/c/d/manifests/'));
    expect(puts).toEqual([AMD64, ARM64, INDEX].map(({ manifest }) => `PUT /v2/c/d/manifests/${manifest.digest} 201`));
  });

  it('shares what its images share', async () => {
    const images = ['amd64', 'arm64'].map((architecture) =>
      buildImage({ platform: { os: 'linux', architecture }, text: 'same', format: 'docker' }),
    );
    const [source, target] = await Promise.all([startClientBench(), startClientBench()]);
    const index = buildIndex({ images, format: 'docker' });
    await pushIndex({ url: source.playground.url, repository: 'a/b' }, index);
    const job = { from: source.repository('a/b'), to: target.repository('c/d'), digest: index.manifest.digest };
    await copyManifest(target.client, job);
    const uploads = target.playground.requests.filter(
      ({ method, path }) => method === 'PUT' && path.includes('uploads'),
    );
    expect(uploads).toHaveLength(new Set(images.flatMap(({ blobs }) => blobs.map(({ digest }) => digest))).size);
  });

  it('is copied up to four levels deep', async () => {
    const three = nest(nest(nest(AMD64.manifest)));
    const four = nest(three.at(-1)!);
    expect(await copyNested(three)).toBe('copied');
    expect(await copyNested([...three, ...four])).toMatchObject({ code: 'SOURCE_UNSUPPORTED' });
  });
});

describe('a layer that is not meant to be copied', () => {
  it.each<[string, Partial<Descriptor>]>([
    ['is kept elsewhere', { urls: ['http://169.254.169.254/layer'] }],
    ['is foreign by type', { mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip' }],
    ['is non-distributable by type', { mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip' }],
  ])('is not asked for when it %s', async (_what, more) => {
    const trap = await startFaultServer(() => ({}));
    const layer = { mediaType: 'a/b', digest: NO_DIGEST, size: 5, ...more };
    const config = Buffer.from('{}');
    const body = JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociManifest,
      config: { mediaType: MEDIA_TYPES.ociConfig, digest: computeDigest(config), size: 2 },
      layers: [more.urls === undefined ? layer : { ...layer, urls: [trap.url] }],
    });
    const digest = computeDigest(Buffer.from(body));
    const { client, repository, server } = await startFaultBench(({ method, path }) => {
      if (method === 'GET' && path.includes('/manifests/'))
        return { headers: { 'content-type': MEDIA_TYPES.ociManifest }, body };
      if (method === 'POST') return { status: 201 };
      if (method === 'PUT') return { status: 201, headers: { 'docker-content-digest': digest } };
      return registryError(404, 'MANIFEST_UNKNOWN');
    });
    const to = { ...repository, path: 'c/d' };
    expect(await copyManifest(client, { from: repository, to, digest })).toBe('copied');
    expect(server.seen.filter(({ path }) => path.includes('0000'))).toEqual([]);
    expect(trap.seen).toEqual([]);
  });
});

describe('an interrupted copy', () => {
  it('ends, and starts nothing more', async () => {
    const stop = new AbortController();
    const [source, target] = await Promise.all([
      startClientBench(),
      startClientBench({
        intercept: (request) => {
          if (request.method === 'POST') stop.abort();
          return false;
        },
      }),
    ]);
    await pushImage({ url: source.playground.url, repository: 'a/b' }, AMD64);
    const job = { from: source.repository('a/b'), to: target.repository('c/d'), digest: AMD64.manifest.digest };
    await expect(copyManifest(target.client, job, { signal: stop.signal })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
    expect(target.traffic().filter((line) => line.startsWith('PUT'))).toEqual([]);
  });
});

/** The manifest, or the last of a nest, inside an index of its own. */
function nest(inner: RawManifest | readonly RawManifest[]): readonly RawManifest[] {
  const below = Array.isArray(inner) ? (inner as readonly RawManifest[]) : [inner as RawManifest];
  const { digest, bytes, mediaType } = below.at(-1)!;
  const index = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: INDEX_TYPE,
      manifests: [{ mediaType, digest, size: bytes.byteLength }],
    }),
  );
  return [
    ...(Array.isArray(inner) ? below : [AMD64.manifest]),
    { bytes: index, digest: computeDigest(index), mediaType: INDEX_TYPE },
  ];
}

async function copyNested(manifests: readonly RawManifest[]): Promise<unknown> {
  const bench = await startClientBench();
  const target = { url: bench.playground.url, repository: 'a/b' };
  await pushImage(target, AMD64);
  for (const manifest of manifests) await pushManifest(target, manifest);
  const digest = manifests.at(-1)!.digest;
  const job = { from: bench.repository('a/b'), to: bench.repository('c/d'), digest };
  return copyManifest(bench.client, job).catch((error: unknown) => error);
}
