import { expect } from 'vitest';
import { readBlob, readManifest, send, write } from './api.ts';
import { digestOf, makeBlob, makeIndex } from './content.ts';
import { defineSection } from './requirement.ts';
import {
  closeUpload,
  locationOf,
  openUpload,
  prepareImage,
  pushBlob,
  pushManifest,
  putManifest,
  sendChunk,
  withDigest,
} from './steps.ts';

const TEN_TAGS = Array.from({ length: 10 }, (_, number) => `tag-${number}`);

function makeSha512(text: string) {
  const bytes = Buffer.from(text);
  return { bytes, digest: digestOf(bytes, 'sha512') };
}

const DIGESTS = defineSection({ section: 'image-spec: Digests', prefix: 'sha512' }, [
  [
    'blob',
    'MAY',
    'takes a blob by its sha512, and gives it by that',
    async (api) => {
      const blob = makeSha512('sha512 blob');
      await pushBlob(api, blob);
      const answer = await readBlob(api, blob.digest);
      expect([answer.status, answer.text]).toEqual([200, 'sha512 blob']);
    },
  ],
  [
    'blob-other-content',
    'says',
    'takes no blob by a sha512 that it does not have',
    async (api) => {
      const { digest } = makeSha512('wanted');
      expect((await closeUpload(api, await openUpload(api), { ...makeSha512('sent'), digest })).status).toBe(400);
      expect((await readBlob(api, digest)).status).not.toBe(200);
    },
  ],
  [
    'manifest',
    'MAY',
    'takes a manifest by its sha512, and names that in Docker-Content-Digest',
    async (api) => {
      const image = await prepareImage(api, 'sha512');
      const digest = digestOf(image.bytes, 'sha512');
      const pushed = await putManifest(api, image, digest);
      const answer = await readManifest(api, digest);
      const named = [pushed, answer].map(({ headers }) => headers['docker-content-digest']);
      expect([pushed.status, answer.text, ...named]).toEqual([201, image.bytes.toString(), digest, digest]);
    },
  ],
  [
    'named',
    'MAY',
    'takes an index whose child is named by its sha512',
    async (api) => {
      const image = await prepareImage(api, 'sha512 child');
      const child = { ...image, digest: digestOf(image.bytes, 'sha512') };
      await putManifest(api, child);
      await pushManifest(api, makeIndex([child]), 'v1');
    },
  ],
]);

const CANCEL = defineSection({ section: 'after 1.1: Canceling an upload', prefix: 'cancel' }, [
  [
    'answer',
    'says',
    'answers 204 to the DELETE of an upload',
    async (api) => {
      const first = await sendChunk(api, await openUpload(api), 'abc', 0);
      expect((await send(api, locationOf(first), { method: 'DELETE' })).status).toBe(204);
    },
  ],
  [
    'ended',
    'says',
    'does not know the upload from then on',
    async (api) => {
      const location = await openUpload(api);
      await send(api, location, { method: 'DELETE' });
      const answers = [
        await send(api, location),
        await sendChunk(api, location, 'abc', 0),
        await closeUpload(api, location, makeBlob('cancelled')),
        await send(api, location, { method: 'DELETE' }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    },
  ],
]);

const MULTI_TAG = defineSection({ section: 'after 1.1: Pushing a manifest with tags', prefix: 'multi-tag' }, [
  [
    'ten',
    'MUST',
    'sets ten tags in one push by digest, and names each in OCI-Tag',
    async (api) => {
      const image = await prepareImage(api, 'multi-tag');
      const query = TEN_TAGS.map((tag) => `tag=${tag}`).join('&');
      const headers = { 'content-type': image.mediaType };
      const path = `${api.repository}/manifests/${image.digest}?${query}`;
      const answer = await write(api, path, { headers, body: image.bytes });
      const named = String(answer.headers['oci-tag'] ?? '').split(', ');
      const found = await Promise.all(TEN_TAGS.map((tag) => readManifest(api, tag)));
      expect([answer.status, named]).toEqual([201, TEN_TAGS]);
      expect(found.map(({ text }) => text)).toEqual(TEN_TAGS.map(() => image.bytes.toString()));
    },
  ],
  [
    'confirmed',
    'says',
    'names no tag in OCI-Tag that it did not set',
    async (api) => {
      const image = await prepareImage(api, 'confirmed');
      const headers = { 'content-type': image.mediaType };
      const path = `${api.repository}/manifests/${image.digest}?tag=v1`;
      const answer = await write(api, path, { headers, body: image.bytes });
      const named = String(answer.headers['oci-tag'] ?? '')
        .split(', ')
        .filter(Boolean);
      const found = await Promise.all(named.map((tag) => readManifest(api, tag)));
      expect(found.map(({ status }) => status)).toEqual(named.map(() => 200));
    },
  ],
]);

const ALGORITHM = defineSection(
  { section: 'after 1.1: Pushing a blob by another algorithm', prefix: 'digest-algorithm' },
  [
    [
      'session',
      'says',
      'opens an upload for a digest that is a sha512, and closes it by that',
      async (api) => {
        const blob = makeSha512('digest-algorithm');
        const first = await sendChunk(api, await openUpload(api, '?digest-algorithm=sha512'), 'digest-', 0);
        const last = await sendChunk(api, locationOf(first), 'algorithm', 7);
        const closed = await send(api, withDigest(locationOf(last), blob.digest), { method: 'PUT' });
        expect([closed.status, (await readBlob(api, blob.digest)).text]).toEqual([201, 'digest-algorithm']);
      },
    ],
  ],
);

/** What is not in 1.1 itself: digests are of the image specification, the rest came after it or went before. */
export const LATER_ROWS = [...DIGESTS, ...CANCEL, ...MULTI_TAG, ...ALGORITHM];
