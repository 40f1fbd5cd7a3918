import { expect } from 'vitest';
import { readBlob, readManifest, send } from './api.ts';
import { digestOf, makeBlob, makeImage, makeIndex } from './content.ts';
import { defineSection } from './requirement.ts';
import { expectRefused, pushBlob, pushImage, pushManifest, putManifest } from './steps.ts';

const LONGEST_TAG = 'a'.repeat(128);
const BAD_TAGS = ['a'.repeat(129), '.dot', '-dash', 'a+b', 'a@b'];
const BAD_NAMES = ['Upper', 'a..b', 'a___b', '-a', 'a-', '_a', 'a_', '.a', 'a.', 'a+b'];
const GOOD_NAMES = ['0', 'a.b', 'a_b', 'a__b', 'a-b', 'a--b', 'a/b/c/d', 'a.b/c_d/e__f/g---h'];

const MANIFESTS = defineSection({ section: 'Pulling manifests', prefix: 'pull-manifest' }, [
  [
    'by-tag',
    'MUST',
    'answers 200 with the manifest that a tag names',
    async (api) => {
      const image = await pushImage(api, 'by-tag', { tag: 'v1' });
      const answer = await readManifest(api, 'v1');
      expect([answer.status, answer.text]).toEqual([200, image.bytes.toString()]);
    },
  ],
  [
    'by-digest',
    'MUST',
    'answers 200 with the manifest of a digest',
    async (api) => {
      const image = await pushImage(api, 'by-digest');
      const answer = await readManifest(api, image.digest);
      expect([answer.status, answer.text]).toEqual([200, image.bytes.toString()]);
    },
  ],
  [
    'index',
    'MUST',
    'answers 200 with an index as it was pushed, and not with one of its children',
    async (api) => {
      const index = makeIndex([await pushImage(api, 'child')]);
      await pushManifest(api, index, 'v1');
      const answer = await readManifest(api, 'v1');
      expect([answer.status, answer.text]).toEqual([200, index.bytes.toString()]);
    },
  ],
  [
    'content-type',
    'SHOULD',
    'names the type under which the manifest was pushed, of an image and of an index',
    async (api) => {
      const image = await pushImage(api, 'typed');
      const index = makeIndex([image]);
      await pushManifest(api, index);
      const answers = [await readManifest(api, image.digest), await readManifest(api, index.digest)];
      const types = answers.map(({ headers }) => headers['content-type']?.split(';')[0]);
      expect(types).toEqual([image.mediaType, index.mediaType]);
    },
  ],
  [
    'content-type-bare',
    'SHOULD NOT',
    'adds parameters to the Content-Type',
    async (api) => {
      await pushImage(api, 'bare', { tag: 'v1' });
      const { headers } = await readManifest(api, 'v1');
      expect(headers['content-type']).toMatch(/^[^;]+$/);
    },
  ],
  [
    'digest-header',
    'SHOULD',
    'names the digest of the manifest in Docker-Content-Digest',
    async (api) => {
      const image = await pushImage(api, 'digest-header', { tag: 'v1' });
      const answers = [await readManifest(api, 'v1'), await readManifest(api, image.digest)];
      const digests = answers.map(({ headers }) => headers['docker-content-digest']);
      expect(digests).toEqual([image.digest, image.digest]);
    },
  ],
  [
    'missing-tag',
    'MUST',
    'answers 404 for a tag that is not there',
    async (api) => {
      await pushImage(api, 'missing-tag', { tag: 'v1' });
      expect((await readManifest(api, 'v2')).status).toBe(404);
    },
  ],
  [
    'missing-digest',
    'MUST',
    'answers 404 for a digest that is not there',
    async (api) => {
      await pushImage(api, 'missing-digest');
      expect((await readManifest(api, digestOf(Buffer.from('nothing')))).status).toBe(404);
    },
  ],
  [
    'other-repository',
    'MUST',
    'answers 404 for a manifest that only another repository has',
    async (api) => {
      const image = await pushImage(api, 'elsewhere', { tag: 'v1' });
      await pushImage({ ...api, repository: api.other }, 'other');
      const answer = await readManifest(api, image.digest, { repository: api.other });
      const byTag = await readManifest(api, 'v1', { repository: api.other });
      expect([answer.status, byTag.status]).toEqual([404, 404]);
    },
  ],
  [
    'reference-form',
    'MUST NOT',
    'finds anything under a reference that is neither a tag nor a digest',
    async (api) => {
      const { digest } = await pushImage(api, 'forms', { tag: 'v1' });
      const forms = [digest.slice(0, -1), digest.replace('sha256', 'SHA256'), digest.replace(':', ''), '.v1', 'v1+'];
      for (const form of forms) expectRefused(await readManifest(api, form));
    },
  ],
  [
    'name-accepted',
    'MUST',
    'takes every form of repository name that the grammar allows',
    async (api) => {
      const opened = GOOD_NAMES.map((name) =>
        send(api, `${api.repository}/${name}/blobs/uploads/`, { method: 'POST' }),
      );
      expect((await Promise.all(opened)).map(({ status }) => status)).toEqual(GOOD_NAMES.map(() => 202));
    },
  ],
  [
    'name-refused',
    'MUST',
    'takes no name that the grammar does not allow',
    async (api) => {
      const paths = BAD_NAMES.map((name) => `${api.repository}/${name}/blobs/uploads/`);
      for (const path of paths) expectRefused(await send(api, path, { method: 'POST' }));
    },
  ],
  [
    'tag-accepted',
    'MUST',
    'takes every form of tag that the grammar allows, up to 128 characters',
    async (api) => {
      const image = await pushImage(api, 'tags');
      for (const tag of ['0', '_a', 'A.b-c_D', 'v1.2.3', LONGEST_TAG]) {
        await pushManifest(api, image, tag);
        expect((await readManifest(api, tag)).status).toBe(200);
      }
    },
  ],
  [
    'tag-refused',
    'MUST',
    'takes no tag that the grammar does not allow',
    async (api) => {
      const image = await pushImage(api, 'bad-tags');
      for (const tag of BAD_TAGS) expectRefused(await putManifest(api, image, tag));
    },
  ],
]);

const BLOBS = defineSection({ section: 'Pulling blobs', prefix: 'pull-blob' }, [
  [
    'found',
    'MUST',
    'answers 200 with the blob, byte for byte',
    async (api) => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      const digest = digestOf(bytes);
      await pushBlob(api, { bytes, digest });
      const answer = await readBlob(api, digest);
      expect([answer.status, answer.bytes.toString('hex')]).toEqual([200, bytes.toString('hex')]);
    },
  ],
  [
    'empty',
    'MUST',
    'answers 200 for a blob of no bytes',
    async (api) => {
      const blob = makeBlob('');
      await pushBlob(api, blob);
      const answer = await readBlob(api, blob.digest);
      expect([answer.status, answer.bytes.length]).toEqual([200, 0]);
    },
  ],
  [
    'digest-header',
    'SHOULD',
    'names the digest in Docker-Content-Digest',
    async (api) => {
      const blob = makeBlob('digest header');
      await pushBlob(api, blob);
      expect((await readBlob(api, blob.digest)).headers['docker-content-digest']).toBe(blob.digest);
    },
  ],
  [
    'digest-header-matches',
    'MUST',
    'names no digest but that of the content',
    async (api) => {
      const blob = makeBlob('matching digest');
      await pushBlob(api, blob);
      const { headers, bytes } = await readBlob(api, blob.digest);
      const named = headers['docker-content-digest'] ?? blob.digest;
      expect(named).toBe(digestOf(bytes, String(named).split(':')[0]));
    },
  ],
  [
    'missing',
    'MUST',
    'answers 404 for a blob that is not there',
    async (api) => {
      await pushBlob(api, makeBlob('present'));
      expect((await readBlob(api, makeBlob('absent').digest)).status).toBe(404);
    },
  ],
  [
    'other-repository',
    'MUST',
    'answers 404 for a blob that only another repository has',
    async (api) => {
      const blob = makeBlob(`only in ${api.repository}`);
      await pushBlob(api, blob);
      await pushBlob({ ...api, repository: api.other }, makeBlob('something else'));
      expect((await readBlob(api, blob.digest, { repository: api.other })).status).toBe(404);
    },
  ],
]);

const RANGES = defineSection(
  { section: 'Pulling blobs', prefix: 'range' },
  (
    [
      ['first-last', 'the part between two positions, both included', 'bytes=2-5', '2345', 'bytes 2-5/10'],
      ['open', 'all from a position on', 'bytes=7-', '789', 'bytes 7-9/10'],
      ['suffix', 'the last bytes', 'bytes=-3', '789', 'bytes 7-9/10'],
      ['clamped', 'what there is of a part that ends behind the end', 'bytes=8-99', '89', 'bytes 8-9/10'],
      ['one-byte', 'a single byte', 'bytes=0-0', '0', 'bytes 0-0/10'],
    ] as const
  ).map(([id, part, range, text, contentRange]) => [
    id,
    'SHOULD',
    `answers 206 with ${part}`,
    async (api) => {
      const blob = makeBlob('0123456789');
      await pushBlob(api, blob);
      const answer = await readBlob(api, blob.digest, { headers: { range } });
      expect([answer.status, answer.text, answer.headers['content-range']]).toEqual([206, text, contentRange]);
    },
  ]),
);

const OTHER_RANGES = defineSection({ section: 'Pulling blobs', prefix: 'range' }, [
  [
    'unsatisfiable',
    'SHOULD',
    'answers 416 to a part that begins behind the end',
    async (api) => {
      const blob = makeBlob('0123456789');
      await pushBlob(api, blob);
      expect((await readBlob(api, blob.digest, { headers: { range: 'bytes=10-' } })).status).toBe(416);
    },
  ],
  [
    'other-unit',
    'SHOULD',
    'answers 200 with all of it when the unit of the range is not one it knows',
    async (api) => {
      const blob = makeBlob('0123456789');
      await pushBlob(api, blob);
      const answer = await readBlob(api, blob.digest, { headers: { range: 'lines=1-2' } });
      expect([answer.status, answer.text]).toEqual([200, '0123456789']);
    },
  ],
]);

const HEADS = defineSection({ section: 'Checking if content exists in the registry', prefix: 'head' }, [
  [
    'manifest',
    'MUST',
    'answers 200 for a manifest, by tag and by digest',
    async (api) => {
      const image = await pushImage(api, 'head', { tag: 'v1' });
      const answers = [
        await readManifest(api, 'v1', { method: 'HEAD' }),
        await readManifest(api, image.digest, { method: 'HEAD' }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    },
  ],
  [
    'blob',
    'MUST',
    'answers 200 for a blob',
    async (api) => {
      const blob = makeBlob('head');
      await pushBlob(api, blob);
      expect((await readBlob(api, blob.digest, { method: 'HEAD' })).status).toBe(200);
    },
  ],
  [
    'manifest-digest',
    'SHOULD',
    'names the digest of a manifest in Docker-Content-Digest',
    async (api) => {
      const image = await pushImage(api, 'head-digest', { tag: 'v1' });
      const { headers } = await readManifest(api, 'v1', { method: 'HEAD' });
      expect(headers['docker-content-digest']).toBe(image.digest);
    },
  ],
  [
    'blob-digest',
    'SHOULD',
    'names the digest of a blob in Docker-Content-Digest',
    async (api) => {
      const blob = makeBlob('head digest');
      await pushBlob(api, blob);
      const { headers } = await readBlob(api, blob.digest, { method: 'HEAD' });
      expect(headers['docker-content-digest']).toBe(blob.digest);
    },
  ],
  [
    'manifest-length',
    'SHOULD',
    'names the bytes of a manifest in Content-Length',
    async (api) => {
      const image = await pushImage(api, 'head-length', { tag: 'v1' });
      const { headers } = await readManifest(api, 'v1', { method: 'HEAD' });
      expect(headers['content-length']).toBe(String(image.bytes.length));
    },
  ],
  [
    'blob-length',
    'SHOULD',
    'names the bytes of a blob in Content-Length',
    async (api) => {
      const blob = makeBlob('head length');
      await pushBlob(api, blob);
      const { headers } = await readBlob(api, blob.digest, { method: 'HEAD' });
      expect(headers['content-length']).toBe(String(blob.bytes.length));
    },
  ],
  [
    'manifest-missing',
    'MUST',
    'answers 404 for a manifest that is not there, by tag and by digest',
    async (api) => {
      await pushImage(api, 'head-missing', { tag: 'v1' });
      const answers = [
        await readManifest(api, 'v2', { method: 'HEAD' }),
        await readManifest(api, makeImage('nowhere').digest, { method: 'HEAD' }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    },
  ],
  [
    'blob-missing',
    'MUST',
    'answers 404 for a blob that is not there',
    async (api) => {
      await pushBlob(api, makeBlob('head present'));
      expect((await readBlob(api, makeBlob('head absent').digest, { method: 'HEAD' })).status).toBe(404);
    },
  ],
]);

/** Everything about reading. */
export const PULL_ROWS = [...MANIFESTS, ...BLOBS, ...RANGES, ...OTHER_RANGES, ...HEADS];
