import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { computeDigest } from '../../../src/oci/digest.ts';
import { MEDIA_TYPES } from '../../../src/oci/media-types.ts';
import { buildImage, buildIndex } from '../../../src/playground/images.ts';
import { listSamples } from '../../../src/playground/samples.ts';
import { type Playground, startPlayground } from '../../../src/playground/server.ts';
import { callApi } from '../../support/api-call.ts';
import { pushBlob, pushIndex } from '../../support/push-content.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

const AMD64 = buildImage({ platform: { os: 'linux', architecture: 'amd64' }, text: 'a', format: 'oci' });
const INDEX = buildIndex({ images: [AMD64], format: 'oci' });
const REGISTRY = 'docker/registry/v2';

let directory: string;
let playground: Playground;
beforeEach(async () => {
  directory = makeTempDir();
  playground = await startPlayground({ directory });
});
afterEach(() => playground.close());

async function restart(options: { seed?: boolean } = {}): Promise<void> {
  await playground.close();
  playground = await startPlayground({ directory, ...options });
}

function get(path: string): ReturnType<typeof callApi> {
  return callApi(`${playground.url}/v2/${path}`);
}

/** `sha256/ab/abcd…`, where the content of a digest is kept. */
function placeOf(digest: string): string {
  const [algorithm = '', hex = ''] = digest.split(':');
  return join(directory, REGISTRY, 'blobs', algorithm, hex.slice(0, 2), hex);
}

describe('a playground in a folder', () => {
  it('serves the same content after a restart', async () => {
    await pushIndex({ url: playground.url, repository: 'team/app', tag: 'v1' }, INDEX);
    await restart();
    const [index, blob, tags] = [
      await get('team/app/manifests/v1'),
      await get(`team/app/blobs/${AMD64.blobs[1]!.digest}`),
      await get('team/app/tags/list'),
    ];
    expect(index.bytes.equals(INDEX.manifest.bytes)).toBe(true);
    expect(index.headers.get('content-type')).toBe(INDEX.manifest.mediaType);
    expect(blob.bytes.equals(AMD64.blobs[1]!.bytes)).toBe(true);
    expect(JSON.parse(tags.text)).toEqual({ name: 'team/app', tags: ['v1'] });
  });

  it('keeps referrers after a restart', async () => {
    const digest = computeDigest(Buffer.from('subject'));
    const body = JSON.stringify({ schemaVersion: 2, manifests: [], subject: { digest, mediaType: 'a/b', size: 1 } });
    const headers = { 'content-type': 'application/vnd.oci.image.index.v1+json' };
    await callApi(`${playground.url}/v2/team/app/manifests/v1`, { method: 'PUT', headers, body });
    await restart();
    expect(JSON.parse((await get(`team/app/referrers/${digest}`)).text)).toMatchObject({
      manifests: [{ digest: computeDigest(Buffer.from(body)) }],
    });
  });

  it('forgets what was deleted', async () => {
    await pushIndex({ url: playground.url, repository: 'team/app', tag: 'v1' }, INDEX);
    await callApi(`${playground.url}/v2/team/app/manifests/${INDEX.manifest.digest}`, { method: 'DELETE' });
    await restart();
    expect([(await get('team/app/manifests/v1')).status, existsSync(placeOf(INDEX.manifest.digest))]).toEqual([
      404,
      false,
    ]);
  });

  it('is laid out as the file system driver of distribution does it', async () => {
    await pushIndex({ url: playground.url, repository: 'team/app', tag: 'v1' }, INDEX);
    const { digest, bytes } = INDEX.manifest;
    const repository = join(directory, REGISTRY, 'repositories/team/app');
    const hex = digest.slice('sha256:'.length);
    expect(readFileSync(join(placeOf(digest), 'data')).equals(bytes)).toBe(true);
    expect(readFileSync(join(repository, '_manifests/tags/v1/current/link'), 'utf8')).toBe(digest);
    expect(readFileSync(join(repository, '_manifests/revisions/sha256', hex, 'link'), 'utf8')).toBe(digest);
  });

  it('keeps content once, however many repositories have it', async () => {
    await pushIndex({ url: playground.url, repository: 'team/a' }, INDEX);
    await pushIndex({ url: playground.url, repository: 'team/b' }, INDEX);
    const files = readdirSync(join(directory, REGISTRY, 'blobs/sha256'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((path) => path.endsWith('data'))).toHaveLength(4);
  });

  it('leaves nothing of an upload that is not finished', async () => {
    await callApi(`${playground.url}/v2/team/app/blobs/uploads/`, { method: 'POST' });
    expect(readdirSync(join(directory, '_tmp'))).toHaveLength(1);
    await restart();
    expect(readdirSync(join(directory, '_tmp'))).toEqual([]);
  });

  it('leaves nothing of an upload that is refused', async () => {
    const wrong = computeDigest(Buffer.from('other'));
    const url = `${playground.url}/v2/team/app/blobs/uploads/?digest=${wrong}`;
    expect((await callApi(url, { method: 'POST', body: 'content' })).status).toBe(400);
    expect(readdirSync(join(directory, '_tmp'))).toEqual([]);
  });

  it('hashes again what is pushed with a digest of another algorithm', async () => {
    const digest = computeDigest(Buffer.from('content'), 'sha512');
    await pushBlob({ url: playground.url, repository: 'team/app' }, { digest, bytes: Buffer.from('content') });
    expect((await get(`team/app/blobs/${digest}`)).text).toBe('content');
  });

  it('serves a part of a blob', async () => {
    const blob = { digest: computeDigest(Buffer.from('content')), bytes: Buffer.from('content') };
    await pushBlob({ url: playground.url, repository: 'team/app' }, blob);
    const url = `${playground.url}/v2/team/app/blobs/${blob.digest}`;
    expect((await callApi(url, { headers: { range: 'bytes=1-3' } })).text).toBe('ont');
  });
});

describe('a folder that is a file', () => {
  it('is refused', async () => {
    writeFileSync(join(directory, 'file'), '');
    await expect(startPlayground({ directory: join(directory, 'file') })).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('a folder that a killed process left', () => {
  it('is cleared of what was not finished', async () => {
    await pushIndex({ url: playground.url, repository: 'team/app', tag: 'v1' }, INDEX);
    await playground.close();
    const orphan = placeOf(computeDigest(Buffer.from('orphan')));
    mkdirSync(orphan, { recursive: true });
    writeFileSync(join(orphan, 'data'), 'orphan');
    writeFileSync(join(directory, '_tmp/half'), 'half');
    mkdirSync(join(directory, REGISTRY, 'repositories/team/app/_manifests/tags/empty/current'), { recursive: true });
    await restart();
    expect([existsSync(orphan), readdirSync(join(directory, '_tmp'))]).toEqual([false, []]);
    expect(JSON.parse((await get('team/app/tags/list')).text)).toEqual({ name: 'team/app', tags: ['v1'] });
    expect((await get('team/app/manifests/v1')).bytes.equals(INDEX.manifest.bytes)).toBe(true);
  });
});

describe('the samples in a folder', () => {
  it('come back when they are missing and stay as they are when not', async () => {
    await restart({ seed: true });
    const [first, second] = listSamples();
    const url = `${playground.url}/v2/${first!.repository}/manifests`;
    const headers = { 'content-type': second!.content.manifest.mediaType };
    await pushIndex({ url: playground.url, repository: first!.repository }, INDEX);
    await callApi(`${url}/${first!.tag}`, {
      method: 'PUT',
      headers: { 'content-type': INDEX.manifest.mediaType },
      body: INDEX.manifest.bytes,
    });
    await callApi(`${url}/${second!.tag}`, { method: 'DELETE', headers });
    await restart({ seed: true });
    const [moved, restored] = [
      await get(`${first!.repository}/manifests/${first!.tag}`),
      await get(`${second!.repository}/manifests/${second!.tag}`),
    ];
    expect(moved.headers.get('docker-content-digest')).toBe(INDEX.manifest.digest);
    expect(restored.headers.get('docker-content-digest')).toBe(second!.content.manifest.digest);
  });
});

describe('a folder that distribution wrote', () => {
  it.each([
    [
      '{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json"}',
      MEDIA_TYPES.dockerList,
    ],
    ['{"schemaVersion":2,"manifests":[]}', MEDIA_TYPES.ociIndex],
    ['{"schemaVersion":2,"config":{},"layers":[]}', MEDIA_TYPES.ociManifest],
  ])('is served: %s', async (text, mediaType) => {
    const bytes = Buffer.from(text);
    const digest = computeDigest(bytes);
    const manifests = join(directory, REGISTRY, 'repositories/team/app/_manifests');
    const revision = join(manifests, 'revisions', digest.replace(':', '/'));
    mkdirSync(placeOf(digest), { recursive: true });
    mkdirSync(join(manifests, 'tags/v1/current'), { recursive: true });
    mkdirSync(revision, { recursive: true });
    writeFileSync(join(placeOf(digest), 'data'), bytes);
    writeFileSync(join(revision, 'link'), digest);
    writeFileSync(join(manifests, 'tags/v1/current/link'), digest);
    const answer = await get('team/app/manifests/v1');
    expect(answer.bytes.equals(bytes)).toBe(true);
    expect(answer.headers.get('content-type')).toBe(mediaType);
  });
});
