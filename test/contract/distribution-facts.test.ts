import { afterAll, beforeAll, expect, it } from 'vitest';
import { MANIFEST_MEDIA_TYPES, MEDIA_TYPES } from '../../src/oci/media-types.ts';
import { buildImage, buildIndex, type SampleImage } from '../../src/playground/images.ts';
import { pushImage, pushIndex } from '../support/push-content.ts';
import { type RawRequest, sendRaw } from '../support/raw-http.ts';
import { describeWithDistribution28, type RealRegistry, startRegistry } from '../support/real-registry.ts';

/**
 * What the client relies on, or works around, as distribution 2.8 really answers. When one of these fails with a newer
 * registry, the client's own rule for it needs a look.
 */
describeWithDistribution28('distribution 2.8', () => {
  let registry: RealRegistry;
  let image: SampleImage;
  const anyManifest = { accept: MANIFEST_MEDIA_TYPES.join(', ') };

  beforeAll(async () => {
    registry = await startRegistry();
    image = buildImage({ platform: { os: 'linux', architecture: 'amd64' }, text: 'facts', format: 'oci' });
    const index = buildIndex({ images: [image], format: 'oci' });
    await pushIndex({ url: registry.url, repository: 'facts/app', tag: 'index' }, index);
  });
  afterAll(() => registry?.stop());

  const send = (path: string, request: RawRequest = {}) => sendRaw(`${registry.url}/v2/${path}`, request);
  const put = (path: string, body: Uint8Array | string, type = MEDIA_TYPES.ociIndex as string) =>
    send(path, { method: 'PUT', headers: { 'content-type': type }, body });

  function makeIndex(fields: object = {}): string {
    const { mediaType, digest, size } = image.descriptor;
    return JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociIndex,
      manifests: [{ mediaType, digest, size }],
      ...fields,
    });
  }

  it('answers 404 MANIFEST_UNKNOWN for a missing tag, also in a missing repository', async () => {
    const tag = await send('facts/app/manifests/none', { headers: anyManifest });
    const repository = await send('facts/none/manifests/none', { headers: anyManifest });
    expect([tag.status, repository.status]).toEqual([404, 404]);
    expect([tag.text, repository.text].map(toCode)).toEqual(['MANIFEST_UNKNOWN', 'MANIFEST_UNKNOWN']);
  });

  it('answers 404 NAME_UNKNOWN for the tags of a missing repository', async () => {
    const answer = await send('facts/none/tags/list');
    expect([answer.status, toCode(answer.text)]).toEqual([404, 'NAME_UNKNOWN']);
  });

  it.each([{}, { accept: MEDIA_TYPES.dockerManifest }])(
    'hides an OCI index from a reader that sends %j',
    async (headers) => {
      const answer = await send('facts/app/manifests/index', { headers });
      expect([answer.status, toCode(answer.text)]).toEqual([404, 'MANIFEST_UNKNOWN']);
    },
  );

  it('ignores the tag parameters of a push by digest and does not say so', async () => {
    const index = buildIndex({ images: [image], format: 'oci' });
    const answer = await put(`facts/app/manifests/${index.manifest.digest}?tag=a&tag=b`, index.manifest.bytes);
    const tag = await send('facts/app/manifests/a', { headers: anyManifest });
    expect([answer.status, answer.headers['oci-tag'], tag.status]).toEqual([201, undefined, 404]);
  });

  it('ignores conditions on a push', async () => {
    const headers = { 'content-type': MEDIA_TYPES.ociIndex, 'if-none-match': '*' };
    const answer = await send('facts/app/manifests/index', { method: 'PUT', headers, body: makeIndex() });
    expect(answer.status).toBe(201);
  });

  it('answers 400 MANIFEST_BLOB_UNKNOWN with the digest of a child that is not in the repository', async () => {
    await pushImage({ url: registry.url, repository: 'facts/elsewhere' }, image);
    const answer = await put('facts/other/manifests/index', makeIndex());
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({
      errors: [{ code: 'MANIFEST_BLOB_UNKNOWN', detail: image.manifest.digest }],
    });
  });

  it.each([
    ['', 400],
    ['application/json', 400],
    [MEDIA_TYPES.dockerList, 400],
    [`${MEDIA_TYPES.ociIndex}; charset=utf-8`, 201],
  ])('answers a push as %j with %i', async (type, status) => {
    expect((await put('facts/app/manifests/typed', makeIndex(), type)).status).toBe(status);
  });

  it('takes an index that is empty, holds a child twice, or names a wrong size', async () => {
    const [child] = JSON.parse(makeIndex()).manifests;
    const odd = [[], [child, child], [{ ...child, size: 1 }]].map((manifests) => makeIndex({ manifests }));
    const answers = await Promise.all(odd.map((text, number) => put(`facts/app/manifests/odd-${number}`, text)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  });

  it('refuses an index that is an image too', async () => {
    const answer = await put('facts/app/manifests/both', makeIndex({ layers: [] }));
    expect([answer.status, toCode(answer.text)]).toEqual([400, 'MANIFEST_INVALID']);
  });

  it('stores a subject and does not confirm it', async () => {
    const { mediaType, digest, size } = image.descriptor;
    const answer = await put('facts/app/manifests/subject', makeIndex({ subject: { mediaType, digest, size } }));
    expect([answer.status, answer.headers['oci-subject']]).toEqual([201, undefined]);
  });

  it('answers 400 to a manifest of more than 4 MiB, not 413', async () => {
    const large = makeIndex({ annotations: { filler: 'x'.repeat(4 * 1024 * 1024) } });
    const answer = await put('facts/app/manifests/large', large);
    expect([answer.status, toCode(answer.text)]).toEqual([400, 'MANIFEST_INVALID']);
  });

  it('answers 400 DIGEST_INVALID to content pushed under the digest of other content', async () => {
    const answer = await put(`facts/app/manifests/sha256:${'0'.repeat(64)}`, makeIndex());
    expect([answer.status, toCode(answer.text)]).toEqual([400, 'DIGEST_INVALID']);
  });

  it('mounts a blob that the other repository holds, and opens an upload for one that it does not', async () => {
    const digest = image.blobs[0]!.digest;
    const queries = [
      `${digest}&from=facts/app`,
      `${digest}&from=facts/none`,
      digest,
      `${image.manifest.digest}&from=facts/app`,
    ];
    const paths = queries.map((query) => `facts/mounted/blobs/uploads/?mount=${query}`);
    const answers = await Promise.all(paths.map((path) => send(path, { method: 'POST' })));
    expect(answers.map(({ status }) => status)).toEqual([201, 202, 202, 202]);
  });

  it('opens an upload for a blob that is sent along with the first request', async () => {
    const { digest, bytes } = image.blobs[0]!;
    const answer = await send(`facts/single/blobs/uploads/?digest=${digest}`, { method: 'POST', body: bytes });
    expect(answer.status).toBe(202);
  });

  it('lists all tags on one page whatever is asked for', async () => {
    const answer = await send('facts/app/tags/list?n=1&last=zzz');
    expect(JSON.parse(answer.text).tags.length).toBeGreaterThan(1);
    expect(answer.headers.link).toBeUndefined();
  });

  it('deletes no tag by name', async () => {
    const answer = await send('facts/app/manifests/index', { method: 'DELETE' });
    expect([answer.status, toCode(answer.text)]).toEqual([400, 'DIGEST_INVALID']);
  });

  it('deletes a child of an index, goes on serving the index, and does not take it again', async () => {
    const other = buildImage({ platform: { os: 'linux', architecture: 'arm64' }, text: 'deleted', format: 'oci' });
    const { manifest } = buildIndex({ images: [other], format: 'oci' });
    await pushIndex({ url: registry.url, repository: 'facts/gap', tag: 'index' }, { manifest, images: [other] });
    const deleted = await send(`facts/gap/manifests/${other.manifest.digest}`, { method: 'DELETE' });
    const served = await send('facts/gap/manifests/index', { headers: anyManifest });
    const pushed = await put('facts/gap/manifests/index', manifest.bytes);
    expect([deleted.status, served.status, pushed.status]).toEqual([202, 200, 400]);
  });

  it('answers 304 without any header of the manifest', async () => {
    const { headers } = await send('facts/app/manifests/index', { method: 'HEAD', headers: anyManifest });
    const conditional = { ...anyManifest, 'if-none-match': String(headers.etag) };
    const answer = await send('facts/app/manifests/index', { headers: conditional });
    expect([answer.status, answer.headers['docker-content-digest']]).toEqual([304, undefined]);
  });
});

function toCode(body: string): string {
  return JSON.parse(body).errors[0].code;
}
