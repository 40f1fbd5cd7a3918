import { expect } from 'vitest';
import { readBlob, send, write } from './api.ts';
import { makeBlob } from './content.ts';
import { defineSection } from './requirement.ts';
import { closeUpload, expectRefused, locationOf, openUpload, pushBlob, sendChunk, withDigest } from './steps.ts';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

const POST_THEN_PUT = defineSection({ section: 'POST then PUT', prefix: 'upload' }, [
  [
    'opened',
    'MUST',
    'answers 202 with a Location to a POST that opens an upload',
    async (api) => {
      const answer = await send(api, `${api.repository}/blobs/uploads/`, { method: 'POST' });
      expect(answer.status).toBe(202);
      locationOf(answer);
    },
  ],
  [
    'uuid',
    'MUST',
    'puts a UUID into the Location',
    async (api) => {
      expect(await openUpload(api)).toMatch(UUID);
    },
  ],
  [
    'session',
    'MUST',
    'gives each upload a session of its own',
    async (api) => {
      const [one, two] = [makeBlob('session one'), makeBlob('session two')];
      const [first, second] = [await openUpload(api), await openUpload(api)];
      expect(first).not.toBe(second);
      const answers = [await closeUpload(api, second, two), await closeUpload(api, first, one)];
      expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    },
  ],
  [
    'closed',
    'MUST',
    'answers 201 with a Location to the PUT of the content',
    async (api) => {
      const answer = await closeUpload(api, await openUpload(api), makeBlob('closed'));
      expect(answer.status).toBe(201);
      locationOf(answer);
    },
  ],
  [
    'pullable',
    'says',
    'leads to the blob with that Location',
    async (api) => {
      const blob = makeBlob('pullable');
      const answer = await send(api, locationOf(await closeUpload(api, await openUpload(api), blob)));
      expect([answer.status, answer.text]).toEqual([200, 'pullable']);
    },
  ],
  [
    'again',
    'says',
    'takes a blob that it has already',
    async (api) => {
      const blob = makeBlob('twice');
      await pushBlob(api, blob);
      await pushBlob(api, blob);
      expect((await readBlob(api, blob.digest)).text).toBe('twice');
    },
  ],
  [
    'other-content',
    'says',
    'answers 400 when the content does not have the digest, and does not keep it',
    async (api) => {
      const [wanted, sent] = [makeBlob('wanted'), makeBlob('sent')];
      const answer = await closeUpload(api, await openUpload(api), { ...sent, digest: wanted.digest });
      const found = [await readBlob(api, wanted.digest), await readBlob(api, sent.digest)];
      expect([answer.status, ...found.map(({ status }) => status)]).toEqual([400, 404, 404]);
    },
  ],
  [
    'unknown-session',
    'says',
    'answers 404 to the PUT of a session that it does not know',
    async (api) => {
      const location = await openUpload(api);
      await closeUpload(api, location, makeBlob('done'));
      expect((await closeUpload(api, location, makeBlob('late'))).status).toBe(404);
    },
  ],
]);

const SINGLE_POST = defineSection({ section: 'Single POST', prefix: 'single-post' }, [
  [
    'answer',
    'MUST',
    'answers 201 with a Location when it takes a blob in the POST, else 202 with one (SHOULD)',
    async (api) => {
      const { bytes, digest } = makeBlob('single');
      const answer = await postBlob(api, bytes, digest);
      expect([201, 202]).toContain(answer.status);
      locationOf(answer);
    },
  ],
  [
    'location',
    'says',
    'leads to the blob with the Location of a 201, to an upload with that of a 202',
    async (api) => {
      const blob = makeBlob('single location');
      const answer = await postBlob(api, blob.bytes, blob.digest);
      const end = answer.status === 201 ? answer : await closeUpload(api, locationOf(answer), blob);
      expect((await send(api, locationOf(end))).text).toBe('single location');
    },
  ],
  [
    'other-content',
    'MUST',
    'takes no content that does not have the digest',
    async (api) => {
      const wanted = makeBlob('single wanted');
      const answer = await postBlob(api, Buffer.from('single sent'), wanted.digest);
      expect(answer.status).not.toBe(201);
      expect((await readBlob(api, wanted.digest)).status).toBe(404);
    },
  ],
]);

function postBlob(api: Parameters<typeof send>[0], body: Uint8Array, digest: string) {
  return write(api, `${api.repository}/blobs/uploads/?digest=${digest}`, { method: 'POST', body });
}

const CHUNKS = defineSection({ section: 'Pushing a blob in chunks', prefix: 'chunks' }, [
  [
    'opened',
    'MUST',
    'opens an upload by a POST with Content-Length: 0',
    async (api) => {
      const headers = { 'content-length': '0' };
      const answer = await send(api, `${api.repository}/blobs/uploads/`, { method: 'POST', headers });
      expect(answer.status).toBe(202);
      locationOf(answer);
    },
  ],
  [
    'min-length',
    'SHOULD',
    'tells the least size of a chunk, if there is one, as a number of bytes',
    async (api) => {
      const { headers } = await send(api, `${api.repository}/blobs/uploads/`, { method: 'POST' });
      expect(headers['oci-chunk-min-length'] ?? '1').toMatch(/^[1-9]\d*$/);
    },
  ],
  [
    'taken',
    'MUST',
    'answers 202 to a chunk, with a Location and the Range of what it has',
    async (api) => {
      const answer = await sendChunk(api, await openUpload(api), 'abc', 0);
      expect([answer.status, answer.headers.range]).toEqual([202, '0-2']);
      locationOf(answer);
    },
  ],
  [
    'end-of-range',
    'says',
    'names the position of the last byte of all chunks so far',
    async (api) => {
      const first = await sendChunk(api, await openUpload(api), 'abc', 0);
      const second = await sendChunk(api, locationOf(first), 'defg', 3);
      expect([second.status, second.headers.range]).toEqual([202, '0-6']);
    },
  ],
  [
    'closed-empty',
    'MUST',
    'answers 201 with a Location to the closing PUT without content',
    async (api) => {
      const first = await sendChunk(api, await openUpload(api), 'abc', 0);
      const second = await sendChunk(api, locationOf(first), 'def', 3);
      const closed = await send(api, withDigest(locationOf(second), makeBlob('abcdef').digest), { method: 'PUT' });
      expect([closed.status, (await send(api, locationOf(closed))).text]).toEqual([201, 'abcdef']);
    },
  ],
  [
    'closed-with-last',
    'MUST',
    'answers 201 with a Location to the closing PUT that brings the last chunk',
    async (api) => {
      const first = await sendChunk(api, await openUpload(api), 'abc', 0);
      const location = withDigest(locationOf(first), makeBlob('abcxyz').digest);
      const closed = await write(api, location, { headers: { 'content-range': '3-5' }, body: 'xyz' });
      expect([closed.status, (await send(api, locationOf(closed))).text]).toEqual([201, 'abcxyz']);
    },
  ],
  [
    'streamed',
    'says',
    'takes all of the content in one PATCH without Content-Range and without Content-Length',
    async (api) => {
      const body = 'streamed '.repeat(20_000);
      const patched = await write(api, await openUpload(api), { method: 'PATCH', body, isStreamed: true });
      const location = withDigest(locationOf(patched), makeBlob(body).digest);
      const closed = await send(api, location, { method: 'PUT' });
      expect([patched.status, patched.headers.range, closed.status]).toEqual([202, `0-${body.length - 1}`, 201]);
    },
  ],
  [
    'first-not-zero',
    'MUST',
    'answers 416 to a first chunk that does not begin at 0',
    async (api) => {
      expect((await sendChunk(api, await openUpload(api), 'abc', 3)).status).toBe(416);
    },
  ],
  [
    'gap',
    'MUST',
    'answers 416 to a chunk that leaves a gap',
    async (api) => {
      const first = await sendChunk(api, await openUpload(api), 'abc', 0);
      expect((await sendChunk(api, locationOf(first), 'xyz', 4)).status).toBe(416);
    },
  ],
  [
    'repeated',
    'MUST',
    'answers 416 to a chunk that it has already',
    async (api) => {
      const first = await sendChunk(api, await openUpload(api), 'abc', 0);
      expect((await sendChunk(api, locationOf(first), 'abc', 0)).status).toBe(416);
    },
  ],
  [
    'gap-at-end',
    'MUST',
    'answers 416 to a last chunk in the closing PUT that leaves a gap',
    async (api) => {
      const first = await sendChunk(api, await openUpload(api), 'abc', 0);
      const location = withDigest(locationOf(first), makeBlob('abcxyz').digest);
      const closed = await write(api, location, { headers: { 'content-range': '4-6' }, body: 'xyz' });
      expect(closed.status).toBe(416);
    },
  ],
  [
    'status',
    'MUST',
    'answers 204 with Location and Range to a GET of an upload',
    async (api) => {
      const first = await sendChunk(api, await openUpload(api), 'abc', 0);
      const status = await send(api, locationOf(first));
      expect([status.status, status.headers.range]).toEqual([204, '0-2']);
      locationOf(status);
    },
  ],
  [
    'after-416',
    'says',
    'goes on after a 416 with what the status of the upload says',
    async (api) => {
      const first = await sendChunk(api, await openUpload(api), 'abc', 0);
      await sendChunk(api, locationOf(first), 'xyz', 9);
      const status = await send(api, locationOf(first));
      const last = await sendChunk(api, locationOf(status), 'def', 3);
      const closed = await send(api, withDigest(locationOf(last), makeBlob('abcdef').digest), { method: 'PUT' });
      expect([status.headers.range, last.headers.range, closed.status]).toEqual(['0-2', '0-5', 201]);
    },
  ],
  [
    'no-digest',
    'MUST',
    'closes no upload without a digest',
    async (api) => {
      const first = await sendChunk(api, await openUpload(api), 'no digest', 0);
      expectRefused(await send(api, locationOf(first), { method: 'PUT' }));
      expect((await readBlob(api, makeBlob('no digest').digest)).status).toBe(404);
    },
  ],
  [
    'whole-digest',
    'MUST',
    'wants the digest of the whole, not of the last chunk',
    async (api) => {
      const first = await sendChunk(api, await openUpload(api), 'abc', 0);
      const location = withDigest(locationOf(first), makeBlob('last chunk').digest);
      const closed = await write(api, location, { headers: { 'content-range': '3-12' }, body: 'last chunk' });
      expectRefused(closed);
    },
  ],
  [
    'unknown-session',
    'says',
    'answers 404 to a chunk for, and to a question about, an upload that was closed',
    async (api) => {
      const location = await openUpload(api);
      await closeUpload(api, location, makeBlob('closed chunks'));
      const answers = [await sendChunk(api, location, 'abc', 0), await send(api, location)];
      expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    },
  ],
]);

const MOUNTS = defineSection({ section: 'Mounting a blob from another repository', prefix: 'mount' }, [
  [
    'mounted',
    'MUST',
    'answers 201 with a Location for a blob that the other repository has',
    async (api) => {
      const blob = makeBlob('mounted');
      await pushBlob({ ...api, repository: api.other }, blob);
      const answer = await mount(api, `${blob.digest}&from=${api.other}`);
      expect(answer.status).toBe(201);
      expect((await send(api, locationOf(answer))).text).toBe('mounted');
    },
  ],
  [
    'held',
    'says',
    'has the blob in the repository that it was mounted into',
    async (api) => {
      const blob = makeBlob('held');
      await pushBlob({ ...api, repository: api.other }, blob);
      await mount(api, `${blob.digest}&from=${api.other}`);
      expect((await readBlob(api, blob.digest)).text).toBe('held');
    },
  ],
  [
    'digest-header',
    'says',
    'names no digest but that of what was mounted, if any',
    async (api) => {
      const blob = makeBlob('mount header');
      await pushBlob({ ...api, repository: api.other }, blob);
      const { headers } = await mount(api, `${blob.digest}&from=${api.other}`);
      expect(headers['docker-content-digest'] ?? blob.digest).toBe(blob.digest);
    },
  ],
  [
    'unable',
    'SHOULD',
    'answers 202 for a blob that the other repository does not have, and opens an upload',
    async (api) => {
      await pushBlob({ ...api, repository: api.other }, makeBlob('unrelated'));
      const blob = makeBlob('unable');
      const answer = await mount(api, `${blob.digest}&from=${api.other}`);
      expect(answer.status).toBe(202);
      expect((await closeUpload(api, locationOf(answer), blob)).status).toBe(201);
    },
  ],
  [
    'unknown-source',
    'SHOULD',
    'answers 202 for a repository that does not exist',
    async (api) => {
      const answer = await mount(api, `${makeBlob('unknown').digest}&from=${api.other}/nothing/here`);
      expect(answer.status).toBe(202);
    },
  ],
  [
    'without-from',
    'MAY',
    'mounts a blob of any repository when none is named',
    async (api) => {
      const blob = makeBlob(`without from ${api.repository}`);
      await pushBlob({ ...api, repository: api.other }, blob);
      expect((await mount(api, blob.digest)).status).toBe(201);
      expect((await readBlob(api, blob.digest)).status).toBe(200);
    },
  ],
]);

function mount(api: Parameters<typeof send>[0], query: string) {
  return send(api, `${api.repository}/blobs/uploads/?mount=${query}`, { method: 'POST' });
}

/** Everything about the ways of pushing a blob. */
export const UPLOAD_ROWS = [...POST_THEN_PUT, ...SINGLE_POST, ...CHUNKS, ...MOUNTS];
