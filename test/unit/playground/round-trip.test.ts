import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { computeDigest, type Digest, type DigestAlgorithm } from '../../../src/oci/digest.ts';
import { MEDIA_TYPES } from '../../../src/oci/media-types.ts';
import { type Playground, startPlayground } from '../../../src/playground/server.ts';
import { type ApiAnswer, callApi } from '../../support/api-call.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

/** The life of each kind of content: pushed in every way, listed, looked at, pulled, deleted. On memory and on disk. */
const STORES = [
  ['memory', () => ({})],
  ['disk', () => ({ directory: makeTempDir() })],
] as const;
const ALGORITHMS: readonly DigestAlgorithm[] = ['sha256', 'sha512'];
const EMPTY = Buffer.from('{}');

interface Entry {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
}

function patch(url: URL, body: Uint8Array, first?: number): Promise<ApiAnswer> {
  const headers = first === undefined ? {} : { 'content-range': `${first}-${first + body.length - 1}` };
  return callApi(url, { method: 'PATCH', headers, body });
}

describe.each(STORES)('content in %s', (_store, options) => {
  let playground: Playground;
  beforeAll(async () => {
    playground = await startPlayground(options());
  });
  afterAll(() => playground.close());

  function urlOf(path: string): URL {
    return new URL(`/v2/life/cycle/${path}`, playground.url);
  }

  function withDigest(answer: ApiAnswer, digest: string): URL {
    const location = new URL(answer.headers.get('location')!, playground.url);
    location.searchParams.set('digest', digest);
    return location;
  }

  function open(): Promise<ApiAnswer> {
    return callApi(urlOf('blobs/uploads/'), { method: 'POST' });
  }

  async function inChunks(bytes: Buffer, digest: string): Promise<ApiAnswer> {
    const first = await patch(withDigest(await open(), digest), bytes.subarray(0, 100), 0);
    const second = await patch(withDigest(first, digest), bytes.subarray(100, 300), 100);
    const headers = { 'content-range': `300-${bytes.length - 1}` };
    return callApi(withDigest(second, digest), { method: 'PUT', headers, body: bytes.subarray(300) });
  }

  const WAYS: Readonly<Record<string, (bytes: Buffer, digest: string) => Promise<ApiAnswer>>> = {
    'one POST': (body, digest) => callApi(urlOf(`blobs/uploads/?digest=${digest}`), { method: 'POST', body }),
    'POST and PUT': async (body, digest) => callApi(withDigest(await open(), digest), { method: 'PUT', body }),
    chunks: inChunks,
    'a stream': async (bytes, digest) => {
      const streamed = await patch(withDigest(await open(), digest), bytes);
      return callApi(withDigest(streamed, digest), { method: 'PUT' });
    },
  };
  const CASES = ALGORITHMS.flatMap((algorithm) => Object.keys(WAYS).map((way) => [way, algorithm] as const));

  it.each(CASES)('is a blob pushed in %s with %s', async (way, algorithm) => {
    const bytes = Buffer.from(`${way} ${algorithm} `.repeat(50));
    const digest = computeDigest(bytes, algorithm);
    const pushed = await WAYS[way]!(bytes, digest);
    const pulled = await callApi(urlOf(`blobs/${digest}`));
    const deleted = await callApi(urlOf(`blobs/${digest}`), { method: 'DELETE' });
    const gone = await callApi(urlOf(`blobs/${digest}`), { method: 'HEAD' });
    expect([pushed, pulled, deleted, gone].map(({ status }) => status)).toEqual([201, 200, 202, 404]);
    expect(pulled.bytes.equals(bytes)).toBe(true);
    expect([pushed, pulled].map(({ headers }) => headers.get('docker-content-digest'))).toEqual([digest, digest]);
  });

  it.each(CASES)('is refused when pushed in %s with a wrong %s digest', async (way, algorithm) => {
    const digest = computeDigest(Buffer.from(`not ${way}`), algorithm);
    const pushed = await WAYS[way]!(Buffer.from(way.repeat(100)), digest);
    expect([pushed.status, (await callApi(urlOf(`blobs/${digest}`))).status]).toEqual([400, 404]);
  });

  async function pushBlobs(algorithm: DigestAlgorithm): Promise<{ config: Entry; layer: Entry }> {
    const [config, layer] = [EMPTY, Buffer.from(`layer ${algorithm}`)].map((bytes) => ({
      bytes,
      digest: computeDigest(bytes, algorithm),
    }));
    for (const { bytes, digest } of [config!, layer!]) await WAYS['one POST']!(bytes, digest);
    return {
      config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: config!.digest, size: 2 },
      layer: { mediaType: 'example/layer', digest: layer!.digest, size: layer!.bytes.length },
    };
  }

  async function pushManifest(fields: object, mediaType: string, algorithm: DigestAlgorithm): Promise<Entry> {
    const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...fields }));
    const digest = computeDigest(body, algorithm);
    const headers = { 'content-type': mediaType };
    const answer = await callApi(urlOf(`manifests/${digest}?tag=x-${digest.slice(7, 19)}`), {
      method: 'PUT',
      headers,
      body,
    });
    expect([answer.status, answer.headers.get('docker-content-digest')]).toEqual([201, digest]);
    return { mediaType, digest, size: body.length };
  }

  /** Pulled by digest and tag, then deleted by both. */
  async function expectLife({ digest, mediaType, size }: Entry): Promise<void> {
    const tag = `x-${digest.slice(7, 19)}`;
    const pulled = [await callApi(urlOf(`manifests/${digest}`)), await callApi(urlOf(`manifests/${tag}`))];
    const tags = JSON.parse((await callApi(urlOf('tags/list'))).text) as { tags: string[] };
    const untagged = await callApi(urlOf(`manifests/${tag}`), { method: 'DELETE' });
    const left = [await callApi(urlOf(`manifests/${digest}`)), await callApi(urlOf(`manifests/${tag}`))];
    const deleted = await callApi(urlOf(`manifests/${digest}`), { method: 'DELETE' });
    const gone = await callApi(urlOf(`manifests/${digest}`), { method: 'HEAD' });
    expect(pulled.map(({ headers }) => headers.get('docker-content-digest'))).toEqual([digest, digest]);
    expect(pulled.map(({ headers }) => headers.get('content-type'))).toEqual([mediaType, mediaType]);
    expect(pulled.map(({ bytes }) => bytes.length)).toEqual([size, size]);
    expect(tags.tags).toContain(tag);
    expect([untagged, ...left, deleted, gone].map(({ status }) => status)).toEqual([202, 200, 404, 202, 404]);
  }

  describe.each(ALGORITHMS)('with %s digests', (algorithm) => {
    it.each([
      ['an image', {}],
      ['an artifact', { artifactType: 'example/artifact' }],
      ['an image with fields of others', { 'org.example': { deep: [1, 2] } }],
      ['an image with its config inside', { annotations: { data: EMPTY.toString('base64') } }],
      ['a large image', { annotations: { large: 'A'.repeat(3_900_000) } }],
    ])('is %s', async (_title, fields) => {
      const { config, layer } = await pushBlobs(algorithm);
      const image = await pushManifest({ config, layers: [layer], ...fields }, MEDIA_TYPES.ociManifest, algorithm);
      await expectLife(image);
    });

    it('is an image without layers', async () => {
      const { config } = await pushBlobs(algorithm);
      await expectLife(await pushManifest({ config, layers: [] }, MEDIA_TYPES.ociManifest, algorithm));
    });

    it('is an index of indexes of images', async () => {
      const { config, layer } = await pushBlobs(algorithm);
      const image = await pushManifest({ config, layers: [layer] }, MEDIA_TYPES.ociManifest, algorithm);
      const inner = await pushManifest({ manifests: [image] }, MEDIA_TYPES.ociIndex, algorithm);
      const outer = await pushManifest({ manifests: [inner, image] }, MEDIA_TYPES.ociIndex, algorithm);
      await expectLife(outer);
      await expectLife(inner);
      await expectLife(image);
    });

    it('is an empty index', async () => {
      await expectLife(await pushManifest({ manifests: [] }, MEDIA_TYPES.ociIndex, algorithm));
    });

    it('is a referrer, found by its subject until it is deleted', async () => {
      const subject = await pushManifest(
        { manifests: [], annotations: { subject: '' } },
        MEDIA_TYPES.ociIndex,
        algorithm,
      );
      const fields = { manifests: [], subject, artifactType: 'example/signature', annotations: { a: 'b' } };
      const referrer = await pushManifest(fields, MEDIA_TYPES.ociIndex, algorithm);
      const listed = await callApi(urlOf(`referrers/${subject.digest}`));
      await expectLife(referrer);
      const empty = await callApi(urlOf(`referrers/${subject.digest}`));
      const entry = { ...referrer, artifactType: 'example/signature', annotations: { a: 'b' } };
      expect(JSON.parse(listed.text)).toMatchObject({ manifests: [entry] });
      expect(JSON.parse(empty.text)).toMatchObject({ manifests: [] });
    });
  });
});
