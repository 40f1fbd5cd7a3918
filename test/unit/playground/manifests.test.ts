import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { computeDigest } from '../../../src/oci/digest.ts';
import type { RawManifest } from '../../../src/oci/manifest.ts';
import { MEDIA_TYPES } from '../../../src/oci/media-types.ts';
import { buildImage, buildIndex } from '../../../src/playground/images.ts';
import { type Playground, startPlayground } from '../../../src/playground/server.ts';
import { type ApiAnswer, callApi, errorsOf } from '../../support/api-call.ts';
import { pushImage, pushIndex } from '../../support/push-content.ts';
import { sendRaw } from '../../support/raw-http.ts';

const AMD64 = buildImage({ platform: { os: 'linux', architecture: 'amd64' }, text: 'a', format: 'oci' });
const ARM64 = buildImage({ platform: { os: 'linux', architecture: 'arm64' }, text: 'a', format: 'oci' });
const INDEX = buildIndex({ images: [AMD64, ARM64], format: 'oci' });
const FOUR_MIB = 4 * 1024 * 1024;

let playground: Playground;
beforeAll(async () => {
  playground = await startPlayground();
  await pushIndex({ url: playground.url, repository: 'team/app', tag: 'v1' }, INDEX);
});
afterAll(() => playground.close());

function urlOf(reference: string, repository = 'team/app'): string {
  return `${playground.url}/v2/${repository}/manifests/${reference}`;
}

function put(url: string, body: Uint8Array | string, mediaType: string = MEDIA_TYPES.ociIndex): Promise<ApiAnswer> {
  return callApi(url, { method: 'PUT', headers: { 'content-type': mediaType }, body });
}

function toIndex(fields: object): string {
  return JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [], ...fields });
}

/** A manifest of exactly so many bytes. */
function fill(bytes: number): string {
  return toIndex({ annotations: { a: 'x'.repeat(bytes - toIndex({ annotations: { a: '' } }).length) } });
}

describe('reading a manifest', () => {
  it.each(['v1', INDEX.manifest.digest])('serves %s with its type, digest and length', async (reference) => {
    const answer = await callApi(urlOf(reference));
    expect(answer.bytes.equals(INDEX.manifest.bytes)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': MEDIA_TYPES.ociIndex,
      'content-length': `${INDEX.manifest.bytes.length}`,
      'docker-content-digest': INDEX.manifest.digest,
    });
  });

  it('answers HEAD with the headers of GET and no body', async () => {
    const answer = await callApi(urlOf('v1'), { method: 'HEAD' });
    expect([answer.status, answer.bytes.length]).toEqual([200, 0]);
    expect(answer.headers.get('content-length')).toBe(`${INDEX.manifest.bytes.length}`);
    expect(answer.headers.get('docker-content-digest')).toBe(INDEX.manifest.digest);
  });

  it.each([
    ['no Accept header', {}, 200],
    ['every type', { accept: '*/*' }, 200],
    ['every type of application', { accept: 'application/*;q=0.5' }, 200],
    ['the type among others', { accept: `text/html, ${MEDIA_TYPES.ociIndex}; q=1` }, 200],
    ['another type', { accept: MEDIA_TYPES.dockerList }, 404],
  ])('looks at %s', async (_title, headers, status) => {
    const answer = await sendRaw(urlOf('v1'), { headers });
    expect(answer.status).toBe(status);
  });

  it.each([
    { title: 'a tag that is not there', reference: 'v2', outcome: [404, [['MANIFEST_UNKNOWN']]] },
    { title: 'a digest not there', reference: computeDigest(Buffer.from('x')), outcome: [404, [['MANIFEST_UNKNOWN']]] },
    { title: 'what cannot be a tag', reference: '-v1', outcome: [404, [['MANIFEST_UNKNOWN']]] },
    { title: 'what cannot be a digest', reference: 'sha256:abc', outcome: [400, [['DIGEST_INVALID']]] },
    { title: 'a digest nobody can compute', reference: 'md5:d41d8cd98f', outcome: [400, [['DIGEST_INVALID']]] },
  ])('refuses $title', async ({ reference, outcome }) => {
    const answer = await callApi(urlOf(reference));
    expect([answer.status, errorsOf(answer)]).toEqual(outcome);
  });

  it.each(['team/other', 'never/seen'])('does not serve what %s does not have', async (repository) => {
    const answer = await callApi(urlOf(INDEX.manifest.digest, repository));
    expect([answer.status, errorsOf(answer)]).toEqual([404, [['MANIFEST_UNKNOWN']]]);
  });
});

describe('pushing a manifest', () => {
  it('says where it is and what digest it has', async () => {
    const answer = await put(urlOf('again'), INDEX.manifest.bytes);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('docker-content-digest')).toBe(INDEX.manifest.digest);
    expect(answer.headers.get('location')).toBe('/v2/team/app/manifests/again');
  });

  it('moves a tag', async () => {
    await put(urlOf('moving'), INDEX.manifest.bytes);
    await put(urlOf('moving'), AMD64.manifest.bytes, MEDIA_TYPES.ociManifest);
    expect((await callApi(urlOf('moving'))).headers.get('docker-content-digest')).toBe(AMD64.manifest.digest);
  });

  it('keeps the bytes as they came', async () => {
    const body = ` ${toIndex({ annotations: { key: 'spaces' } })}\n`;
    const answer = await put(urlOf('spaces'), body);
    expect(answer.headers.get('docker-content-digest')).toBe(computeDigest(Buffer.from(body)));
    expect((await callApi(urlOf('spaces'))).text).toBe(body);
  });

  it('takes a digest of another algorithm, and knows it by that', async () => {
    const digest = computeDigest(INDEX.manifest.bytes, 'sha512');
    const answer = await put(urlOf(digest), INDEX.manifest.bytes);
    expect([answer.status, answer.headers.get('docker-content-digest')]).toEqual([201, digest]);
    expect((await callApi(urlOf(digest))).headers.get('docker-content-digest')).toBe(digest);
  });

  it('takes parameters of the Content-Type for nothing', async () => {
    const answer = await put(urlOf('parameters'), INDEX.manifest.bytes, `${MEDIA_TYPES.ociIndex}; charset=utf-8`);
    expect(answer.status).toBe(201);
    expect((await callApi(urlOf('parameters'))).headers.get('content-type')).toBe(MEDIA_TYPES.ociIndex);
  });

  it('takes a manifest without mediaType as what it was pushed as', async () => {
    const body = JSON.stringify({ schemaVersion: 2, manifests: [] });
    await put(urlOf('untyped'), body);
    expect((await callApi(urlOf('untyped'))).headers.get('content-type')).toBe(MEDIA_TYPES.ociIndex);
  });

  it('takes 4 MiB', async () => {
    expect((await put(urlOf('large'), fill(FOUR_MIB))).status).toBe(201);
  });

  it.each([
    ['with Content-Length', Buffer.from(fill(FOUR_MIB + 1))],
    ['of 20 MiB', Buffer.alloc(20 * 1024 * 1024)],
  ])('refuses more than that: %s', async (_title, body) => {
    const answer = await put(urlOf('large'), body);
    expect([answer.status, errorsOf(answer)]).toEqual([413, [['MANIFEST_INVALID']]]);
  });

  it('refuses more than that without Content-Length, too', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.alloc(FOUR_MIB));
        controller.enqueue(Buffer.alloc(1));
        controller.close();
      },
    });
    const headers = { 'content-type': MEDIA_TYPES.ociIndex };
    const init = { method: 'PUT', headers, body, duplex: 'half' };
    expect((await fetch(urlOf('large'), init as RequestInit)).status).toBe(413);
  });

  it.each([
    ['not JSON', 'hello', MEDIA_TYPES.ociIndex],
    ['a list', '[]', MEDIA_TYPES.ociIndex],
    ['null', 'null', MEDIA_TYPES.ociIndex],
    ['empty', '', MEDIA_TYPES.ociIndex],
    ['JSON after a byte order mark', `\ufeff${toIndex({})}`, MEDIA_TYPES.ociIndex],
    ['text that is not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), MEDIA_TYPES.ociIndex],
    ['of schema 1', toIndex({ schemaVersion: 1 }), MEDIA_TYPES.ociIndex],
    ['another type than it is sent as', toIndex({}), MEDIA_TYPES.ociManifest],
    ['sent as plain JSON', toIndex({}), 'application/json'],
    ['sent as a type nobody knows', toIndex({ mediaType: 'a/b' }), 'a/b'],
    ['an index with layers', toIndex({ layers: [] }), MEDIA_TYPES.ociIndex],
    ['an index with Config', toIndex({ Config: {} }), MEDIA_TYPES.ociIndex],
    ['an image with manifests', toIndex({ mediaType: MEDIA_TYPES.ociManifest }), MEDIA_TYPES.ociManifest],
    ['an index of something else', toIndex({ manifests: {} }), MEDIA_TYPES.ociIndex],
    ['an index with an entry without digest', toIndex({ manifests: [{ size: 1 }] }), MEDIA_TYPES.ociIndex],
    ['an index with a bad digest', toIndex({ manifests: [{ digest: 'sha256:1' }] }), MEDIA_TYPES.ociIndex],
    ['an index with a subject that is none', toIndex({ subject: {} }), MEDIA_TYPES.ociIndex],
    ['very deep', `${'['.repeat(200_000)}${']'.repeat(200_000)}`, MEDIA_TYPES.ociIndex],
  ])('refuses what is %s', async (_title, body, mediaType) => {
    const answer = await put(urlOf('bad'), body, mediaType);
    expect([answer.status, errorsOf(answer)]).toEqual([400, [['MANIFEST_INVALID']]]);
    expect((await callApi(urlOf('bad'))).status).toBe(404);
  });

  it('refuses a push without Content-Type', async () => {
    const answer = await sendRaw(urlOf('bad'), { method: 'PUT', body: toIndex({}) });
    expect(answer.status).toBe(400);
  });

  it.each([
    ['a digest that is not of the content', computeDigest(Buffer.from('x')), 'DIGEST_INVALID'],
    ['a digest that is none', 'sha256:baddigeststring', 'DIGEST_INVALID'],
    ['a tag of 129 characters', 'a'.repeat(129), 'TAG_INVALID'],
    ['a tag that begins with a dot', '.v1', 'TAG_INVALID'],
  ])('refuses %s', async (_title, reference, code) => {
    const answer = await put(urlOf(reference), toIndex({}));
    expect([answer.status, errorsOf(answer)]).toEqual([400, [[code]]]);
  });

  it('takes a tag of 128 characters', async () => {
    expect((await put(urlOf('a'.repeat(128)), toIndex({}))).status).toBe(201);
  });

  it.each(['Team/app', 'team//app', 'team/-app', 'a'.repeat(256)])('refuses the repository %s', async (repository) => {
    const answer = await put(urlOf('v1', repository), toIndex({}));
    expect([answer.status, errorsOf(answer)]).toEqual([400, [['NAME_INVALID']]]);
  });
});

describe('what a manifest names', () => {
  it('must be in the same repository, for an index', async () => {
    await pushImage({ url: playground.url, repository: 'children/one' }, AMD64);
    const answer = await put(urlOf('v1', 'children/one'), INDEX.manifest.bytes);
    expect(answer.status).toBe(400);
    expect(errorsOf(answer)).toEqual([['MANIFEST_BLOB_UNKNOWN', ARM64.manifest.digest]]);
    expect((await callApi(urlOf('v1', 'children/one'))).status).toBe(404);
  });

  it('must be there, for an image: one error for each blob', async () => {
    const answer = await put(urlOf('v1', 'no/blobs'), AMD64.manifest.bytes, MEDIA_TYPES.ociManifest);
    const missing = AMD64.blobs.map(({ digest }) => ['MANIFEST_BLOB_UNKNOWN', digest]);
    expect([answer.status, errorsOf(answer)]).toEqual([400, missing]);
  });

  it('may be missing when it is a layer kept elsewhere', async () => {
    const manifest = JSON.parse(Buffer.from(AMD64.manifest.bytes).toString()) as { layers: { mediaType: string }[] };
    const digest = computeDigest(Buffer.from('elsewhere'));
    const mediaType = 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip';
    const layers = [{ mediaType, digest, size: 9, urls: ['https://example.com/layer'] }];
    const body = JSON.stringify({ ...manifest, layers });
    expect((await put(urlOf('elsewhere'), body, MEDIA_TYPES.ociManifest)).status).toBe(201);
  });

  it('may be missing when it is the subject', async () => {
    const digest = computeDigest(Buffer.from('later'));
    const subject = { mediaType: MEDIA_TYPES.ociManifest, digest, size: 5 };
    const answer = await put(urlOf('early'), toIndex({ subject }));
    expect([answer.status, answer.headers.get('oci-subject')]).toEqual([201, digest]);
  });

  it('may be an index again', async () => {
    const { mediaType, digest, bytes } = INDEX.manifest;
    const nested = toIndex({ manifests: [{ mediaType, digest, size: bytes.length }] });
    expect((await put(urlOf('nested'), nested)).status).toBe(201);
  });

  it('may be missing altogether in a registry that takes sparse images', async () => {
    const sparse = await startPlayground({ features: { sparse: true } });
    const answer = await put(`${sparse.url}/v2/a/b/manifests/v1`, INDEX.manifest.bytes);
    await sparse.close();
    expect(answer.status).toBe(201);
  });
});

function manyUrl(query: string): string {
  return `${urlOf(INDEX.manifest.digest)}?${query}`;
}

function tagsOf(count: number): string[] {
  return Array.from({ length: count }, (_value, index) => `many-${index}`);
}

describe('pushing many tags at once', () => {
  it('sets every tag and names each in a header of its own', async () => {
    const answer = await sendRaw(manyUrl('tag=t1&tag=t2&tag=t1'), {
      method: 'PUT',
      headers: { 'content-type': MEDIA_TYPES.ociIndex },
      body: INDEX.manifest.bytes,
    });
    expect([answer.status, answer.headers['oci-tag']]).toEqual([201, 't1, t2']);
    const heads = await Promise.all(['t1', 't2'].map((tag) => callApi(urlOf(tag), { method: 'HEAD' })));
    expect(heads.map(({ headers }) => headers.get('docker-content-digest'))).toEqual([
      INDEX.manifest.digest,
      INDEX.manifest.digest,
    ]);
  });

  it('takes 64 tags', async () => {
    const tags = tagsOf(64);
    const answer = await put(manyUrl(tags.map((tag) => `tag=${tag}`).join('&')), INDEX.manifest.bytes);
    expect(answer.headers.get('oci-tag')?.split(', ')).toEqual(tags);
  });

  it.each([
    [
      'too many tags',
      tagsOf(65)
        .map((tag) => `tag=${tag}`)
        .join('&'),
      414,
    ],
    ['a bad tag', 'tag=good&tag=.bad', 400],
  ])('sets none of them for %s', async (_title, query, status) => {
    const answer = await put(manyUrl(query), INDEX.manifest.bytes);
    expect([answer.status, errorsOf(answer)]).toEqual([status, [['TAG_INVALID']]]);
    expect((await callApi(urlOf('good'))).status).toBe(404);
  });

  it('sets none of them when a child is missing', async () => {
    const answer = await put(`${urlOf(INDEX.manifest.digest, 'empty/repo')}?tag=t1`, INDEX.manifest.bytes);
    expect([answer.status, (await callApi(urlOf('t1', 'empty/repo'))).status]).toEqual([400, 404]);
  });

  it('is not for a push by tag', async () => {
    const answer = await put(`${urlOf('single')}?tag=ignored`, INDEX.manifest.bytes);
    expect([answer.status, answer.headers.get('oci-tag')]).toEqual([201, null]);
    expect((await callApi(urlOf('ignored'))).status).toBe(404);
  });

  it('is ignored in silence by a registry that does not know it', async () => {
    const older = await startPlayground({ features: { multiTag: false, sparse: true } });
    const base = `${older.url}/v2/a/b/manifests`;
    const answer = await put(`${base}/${INDEX.manifest.digest}?tag=t1`, INDEX.manifest.bytes);
    const tag = await callApi(`${base}/t1`);
    await older.close();
    expect([answer.status, answer.headers.get('oci-tag'), tag.status]).toEqual([201, null, 404]);
  });
});

async function pushTags(repository: string, manifest: RawManifest): Promise<void> {
  await pushIndex({ url: playground.url, repository }, INDEX);
  await put(urlOf('a', repository), manifest.bytes, manifest.mediaType);
  await put(urlOf('b', repository), manifest.bytes, manifest.mediaType);
}

async function statusOf(repository: string, references: readonly string[]): Promise<number[]> {
  const answers = await Promise.all(references.map((reference) => callApi(urlOf(reference, repository))));
  return answers.map(({ status }) => status);
}

describe('deleting', () => {
  it('a tag leaves the manifest and the other tags', async () => {
    await pushTags('delete/tag', INDEX.manifest);
    const answer = await callApi(urlOf('a', 'delete/tag'), { method: 'DELETE' });
    expect(answer.status).toBe(202);
    expect(await statusOf('delete/tag', ['a', 'b', INDEX.manifest.digest])).toEqual([404, 200, 200]);
  });

  it('a digest takes every tag on it along', async () => {
    await pushTags('delete/digest', INDEX.manifest);
    const answer = await callApi(urlOf(INDEX.manifest.digest, 'delete/digest'), { method: 'DELETE' });
    expect(answer.status).toBe(202);
    expect(await statusOf('delete/digest', ['a', 'b', INDEX.manifest.digest])).toEqual([404, 404, 404]);
    expect(await statusOf('delete/digest', [AMD64.manifest.digest])).toEqual([200]);
  });

  it('a child breaks the next push of its index, not the index that is there', async () => {
    await pushTags('delete/child', INDEX.manifest);
    await callApi(urlOf(AMD64.manifest.digest, 'delete/child'), { method: 'DELETE' });
    expect(await statusOf('delete/child', ['a'])).toEqual([200]);
    const answer = await put(urlOf('a', 'delete/child'), INDEX.manifest.bytes);
    expect(errorsOf(answer)).toEqual([['MANIFEST_BLOB_UNKNOWN', AMD64.manifest.digest]]);
  });

  it('leaves other repositories alone', async () => {
    await pushTags('delete/here', INDEX.manifest);
    await pushTags('delete/there', INDEX.manifest);
    await callApi(urlOf(INDEX.manifest.digest, 'delete/here'), { method: 'DELETE' });
    expect(await statusOf('delete/there', ['a', INDEX.manifest.digest])).toEqual([200, 200]);
  });

  it.each(['gone', computeDigest(Buffer.from('gone'))])('says that %s is not there', async (reference) => {
    const answer = await callApi(urlOf(reference), { method: 'DELETE' });
    expect([answer.status, errorsOf(answer)]).toEqual([404, [['MANIFEST_UNKNOWN']]]);
  });

  it('a tag is refused where that is off, and the tag stays', async () => {
    const older = await startPlayground({ features: { tagDelete: false, sparse: true } });
    const url = `${older.url}/v2/a/b/manifests/v1`;
    await put(url, INDEX.manifest.bytes);
    const answers = [await callApi(url, { method: 'DELETE' }), await callApi(url)];
    await older.close();
    expect(answers.map(({ status }) => status)).toEqual([405, 200]);
  });
});
