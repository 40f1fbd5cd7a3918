import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { computeDigest } from '../../../src/oci/digest.ts';
import { type Playground, startPlayground } from '../../../src/playground/server.ts';
import { callApi, errorsOf } from '../../support/api-call.ts';
import { pushBlob } from '../../support/push-content.ts';

const BYTES = Buffer.from(Array.from({ length: 2048 }, (_value, index) => index % 251));
const DIGEST = computeDigest(BYTES);
const MISSING = computeDigest(Buffer.from('missing'));

let playground: Playground;
beforeAll(async () => {
  playground = await startPlayground();
  await pushBlob({ url: playground.url, repository: 'team/app' }, { digest: DIGEST, bytes: BYTES });
});
afterAll(() => playground.close());

function urlOf(digest: string, repository = 'team/app'): string {
  return `${playground.url}/v2/${repository}/blobs/${digest}`;
}

describe('reading a blob', () => {
  it('serves it with digest and length', async () => {
    const answer = await callApi(urlOf(DIGEST));
    expect(answer.bytes.equals(BYTES)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'accept-ranges': 'bytes',
      'content-length': '2048',
      'content-type': 'application/octet-stream',
      'docker-content-digest': DIGEST,
    });
  });

  it('answers HEAD with the length and no body', async () => {
    const answer = await callApi(urlOf(DIGEST), { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-length'), answer.bytes.length]).toEqual([200, '2048', 0]);
  });

  it.each([
    ['bytes=500-1499', 500, 1499],
    ['bytes=500-', 500, 2047],
    ['bytes=-500', 1548, 2047],
    ['bytes=-5000', 0, 2047],
    ['bytes=2000-5000', 2000, 2047],
    ['bytes=0-0', 0, 0],
  ])('serves the part %s', async (range, first, last) => {
    const answer = await callApi(urlOf(DIGEST), { headers: { range } });
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe(`bytes ${first}-${last}/2048`);
    expect(answer.headers.get('content-length')).toBe(`${last - first + 1}`);
    expect(answer.bytes.equals(BYTES.subarray(first, last + 1))).toBe(true);
  });

  it.each(['bytes=2048-', 'bytes=5000-10000', 'bytes=500-0', 'bytes=-0'])('refuses the part %s', async (range) => {
    const answer = await callApi(urlOf(DIGEST), { headers: { range } });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([416, 'bytes */2048']);
  });

  it.each(['bytes=0-1,4-5', 'lines=0-1', 'bytes=-', 'bytes=a-b'])('serves the whole for %s', async (range) => {
    const answer = await callApi(urlOf(DIGEST), { headers: { range } });
    expect([answer.status, answer.bytes.length]).toEqual([200, 2048]);
  });

  it.each([
    { title: 'a blob that is not there', digest: MISSING, outcome: [404, [['BLOB_UNKNOWN']]] },
    { title: 'what is no digest', digest: 'latest', outcome: [400, [['DIGEST_INVALID']]] },
    { title: 'a digest of the wrong length', digest: 'sha256:abc', outcome: [400, [['DIGEST_INVALID']]] },
    { title: 'upper case', digest: `sha256:${'A'.repeat(64)}`, outcome: [400, [['DIGEST_INVALID']]] },
    { title: 'a path for a value', digest: 'sha256:..%2F..%2Fpasswd', outcome: [404, [['UNSUPPORTED']]] },
  ])('refuses $title', async ({ digest, outcome }) => {
    const answer = await callApi(urlOf(digest));
    expect([answer.status, errorsOf(answer)]).toEqual(outcome);
  });

  it('does not serve a blob of another repository', async () => {
    const answer = await callApi(urlOf(DIGEST, 'team/other'));
    expect([answer.status, errorsOf(answer)]).toEqual([404, [['BLOB_UNKNOWN']]]);
  });

  it('takes a colon that is written with a percent sign', async () => {
    expect((await callApi(urlOf(DIGEST.replace(':', '%3A')))).status).toBe(200);
  });
});

describe('deleting a blob', () => {
  it('takes it out of this repository only', async () => {
    await pushBlob({ url: playground.url, repository: 'delete/here' }, { digest: DIGEST, bytes: BYTES });
    const answer = await callApi(urlOf(DIGEST, 'delete/here'), { method: 'DELETE' });
    expect(answer.status).toBe(202);
    expect((await callApi(urlOf(DIGEST, 'delete/here'))).status).toBe(404);
    expect((await callApi(urlOf(DIGEST))).bytes.equals(BYTES)).toBe(true);
  });

  it('lets it be pushed again', async () => {
    const blob = { digest: computeDigest(Buffer.from('again')), bytes: Buffer.from('again') };
    await pushBlob({ url: playground.url, repository: 'team/app' }, blob);
    await callApi(urlOf(blob.digest), { method: 'DELETE' });
    await pushBlob({ url: playground.url, repository: 'team/app' }, blob);
    expect((await callApi(urlOf(blob.digest))).text).toBe('again');
  });

  it('says when it is not there', async () => {
    const answer = await callApi(urlOf(MISSING), { method: 'DELETE' });
    expect([answer.status, errorsOf(answer)]).toEqual([404, [['BLOB_UNKNOWN']]]);
  });

  it('leaves content that is a manifest elsewhere', async () => {
    const bytes = Buffer.from('{"schemaVersion":2,"manifests":[]}');
    const digest = computeDigest(bytes);
    const headers = { 'content-type': 'application/vnd.oci.image.index.v1+json' };
    await callApi(`${playground.url}/v2/both/ways/manifests/v1`, { method: 'PUT', headers, body: bytes });
    await pushBlob({ url: playground.url, repository: 'team/app' }, { digest, bytes });
    await callApi(urlOf(digest), { method: 'DELETE' });
    expect((await callApi(`${playground.url}/v2/both/ways/manifests/v1`)).status).toBe(200);
  });
});
