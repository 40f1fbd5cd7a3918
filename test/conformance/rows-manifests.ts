import { expect } from 'vitest';
import { readManifest, send, type write } from './api.ts';
import { describe, digestOf, IMAGE_TYPE, INDEX_TYPE, makeBlob, makeImage, makeIndex, makeManifest } from './content.ts';
import { defineSection } from './requirement.ts';
import {
  codesOf,
  expectRefused,
  locationOf,
  prepareImage,
  pushBlob,
  pushImage,
  pushManifest,
  putManifest,
} from './steps.ts';

const MIB = 1024 * 1024;
/** Sizes that a registry may refuse. */
const TOO_LARGE = [4, 8, 16, 32].map((mib) => mib * MIB + 1);

/** An index without children of so many bytes. */
function makeLarge(bytes: number) {
  const empty = makeIndex([], { annotations: { filler: '' } }).bytes.length;
  return makeIndex([], { annotations: { filler: 'x'.repeat(bytes - empty) } });
}

const PUSH = defineSection({ section: 'Push', prefix: 'push' }, [
  [
    'subject-missing',
    'MUST',
    'takes an image whose subject is not there',
    async (api) => {
      const subject = describe(makeImage('later'), IMAGE_TYPE);
      await pushImage(api, 'early', { subject, tag: 'v1' });
      expect((await readManifest(api, 'v1')).status).toBe(200);
    },
  ],
  [
    'index-subject-missing',
    'MUST',
    'takes an index whose subject is not there',
    async (api) => {
      const subject = describe(makeImage('later'), IMAGE_TYPE);
      const index = makeIndex([await pushImage(api, 'child')], { subject });
      await pushManifest(api, index, 'v1');
      expect((await readManifest(api, 'v1')).status).toBe(200);
    },
  ],
  [
    'layer-missing',
    'MUST',
    'says MANIFEST_BLOB_UNKNOWN if it refuses an image because a layer is missing',
    async (api) => {
      const image = makeImage('no-layer');
      await pushBlob(api, makeBlob('another layer'));
      expectSparseAnswer(await putManifest(api, image, 'v1'));
    },
  ],
  [
    'child-missing',
    'MUST',
    'says MANIFEST_BLOB_UNKNOWN if it refuses an index because a child is missing',
    async (api) => {
      const index = makeIndex([await pushImage(api, 'one'), makeImage('two')]);
      expectSparseAnswer(await putManifest(api, index, 'v1'));
    },
  ],
  [
    'child-elsewhere',
    'MUST',
    'says MANIFEST_BLOB_UNKNOWN if it refuses an index because only another repository has its child',
    async (api) => {
      const index = makeIndex([await pushImage({ ...api, repository: api.other }, 'elsewhere')]);
      expectSparseAnswer(await putManifest(api, index, 'v1'));
    },
  ],
]);

/** A registry may take it or refuse it; when it refuses it, for this reason and no other. */
function expectSparseAnswer(answer: Awaited<ReturnType<typeof putManifest>>): void {
  const codes = answer.status === 201 ? ['MANIFEST_BLOB_UNKNOWN'] : codesOf(answer);
  if (answer.status !== 201) expectRefused(answer);
  expect(new Set(codes)).toEqual(new Set(['MANIFEST_BLOB_UNKNOWN']));
}

const PUSHING = defineSection({ section: 'Pushing Manifests', prefix: 'push-manifest' }, [
  [
    'created',
    'MUST',
    'answers 201 with a Location, by tag and by digest',
    async (api) => {
      const image = await prepareImage(api, 'created');
      const answers = [await putManifest(api, image), await putManifest(api, image, 'v1')];
      expect(answers.map(({ status }) => status)).toEqual([201, 201]);
      for (const answer of answers) locationOf(answer);
    },
  ],
  [
    'pullable',
    'says',
    'leads to the manifest with that Location',
    async (api) => {
      const image = await prepareImage(api, 'pullable');
      for (const reference of ['v1', image.digest]) {
        const location = locationOf(await putManifest(api, image, reference));
        const answer = await send(api, location, { headers: { accept: image.mediaType } });
        expect([answer.status, answer.text]).toEqual([200, image.bytes.toString()]);
      }
    },
  ],
  [
    'exact-bytes',
    'MUST',
    'keeps the manifest byte for byte, whatever its spacing, order and escapes',
    async (api) => {
      const image = JSON.parse((await prepareImage(api, 'exact')).bytes.toString()) as Record<string, unknown>;
      const { schemaVersion, ...rest } = image;
      const odd = { ...rest, annotations: { 'org.example/ä': 'x' }, unknownField: [1, null], schemaVersion };
      const json = JSON.stringify(odd, null, 3).replace('ä', String.raw`\u00e4`).replace(/\b1,/, '1.0e0,');
      const text = `\n ${json} \r\n\t`;
      const manifest = makeManifest(text, IMAGE_TYPE);
      await pushManifest(api, manifest, 'v1');
      const answers = [await readManifest(api, 'v1'), await readManifest(api, manifest.digest)];
      expect(answers.map((answer) => answer.text)).toEqual([text, text]);
    },
  ],
  [
    'digest-header',
    'MUST',
    'names no digest but the one under which it was pushed',
    async (api) => {
      const image = await prepareImage(api, 'pushed-digest');
      const { headers } = await pushManifest(api, image);
      expect(headers['docker-content-digest'] ?? image.digest).toBe(image.digest);
    },
  ],
  [
    'other-content',
    'MUST',
    'takes no manifest under the digest of another',
    async (api) => {
      const image = await prepareImage(api, 'other-content');
      const { digest } = makeManifest('{}', IMAGE_TYPE);
      expectRefused(await putManifest(api, image, digest));
      const found = [await readManifest(api, digest), await readManifest(api, image.digest)];
      expect(found.map(({ status }) => status)).toEqual([404, 404]);
    },
  ],
  [
    'content-type-parameters',
    'SHOULD',
    'ignores parameters of the Content-Type',
    async (api) => {
      const image = await prepareImage(api, 'parameters');
      await pushManifest(api, { ...image, mediaType: `${IMAGE_TYPE}; charset=utf-8` }, 'v1');
      const { headers } = await readManifest(api, 'v1');
      expect(headers['content-type']).toMatch(/^application\/vnd\.oci\.image\.manifest\.v1\+json(;|$)/);
    },
  ],
  [
    'content-type-differs',
    'says',
    'serves no manifest as another type than it was pushed as',
    async (api) => {
      const image = await prepareImage(api, 'differs');
      const pushed = await putManifest(api, { ...image, mediaType: INDEX_TYPE }, 'v1');
      const { status, headers } = await readManifest(api, 'v1');
      const outcome = pushed.status === 201 ? headers['content-type'] : status;
      expect([INDEX_TYPE, 404]).toContain(outcome);
    },
  ],
  [
    'no-media-type',
    'SHOULD',
    'takes a manifest without mediaType as what it was pushed as',
    async (api) => {
      const image = await prepareImage(api, 'untyped');
      const { mediaType: _, ...rest } = JSON.parse(image.bytes.toString()) as Record<string, unknown>;
      await pushManifest(api, makeManifest(JSON.stringify(rest), IMAGE_TYPE), 'v1');
      expect((await readManifest(api, 'v1')).headers['content-type']).toBe(IMAGE_TYPE);
    },
  ],
  [
    'not-a-manifest',
    'says',
    'takes nothing that is not a manifest',
    async (api) => {
      const texts = ['', 'no JSON', '{"schemaVersion":2', '[]', 'null'];
      for (const text of texts) expectRefused(await putManifest(api, makeManifest(text, IMAGE_TYPE), 'v1'));
    },
  ],
  [
    'no-layers',
    'MAY',
    'takes an image without layers',
    async (api) => {
      await pushImage(api, 'no-layers', { layers: [], tag: 'v1' });
      expect((await readManifest(api, 'v1')).status).toBe(200);
    },
  ],
  [
    'many-tags',
    'says',
    'lets a manifest have no tag, one, or many (Definitions)',
    async (api) => {
      const image = await pushImage(api, 'many-tags');
      for (const tag of ['one', 'two', 'three']) await pushManifest(api, image, tag);
      const tags = await Promise.all(['one', 'two', 'three'].map((tag) => readManifest(api, tag)));
      expect(tags.map(({ text }) => digestOf(Buffer.from(text)))).toEqual(tags.map(() => image.digest));
    },
  ],
  [
    'moved-tag',
    'says',
    'lets a tag be moved, and keeps what it named before (Definitions)',
    async (api) => {
      const before = await pushImage(api, 'before', { tag: 'v1' });
      const after = await pushImage(api, 'after', { tag: 'v1' });
      const found = [await readManifest(api, 'v1'), await readManifest(api, before.digest)];
      expect(found.map(({ text }) => digestOf(Buffer.from(text)))).toEqual([after.digest, before.digest]);
    },
  ],
  [
    'missing-repository',
    'MUST',
    'answers 404 to a pull from a repository that does not exist, by tag and by digest',
    async (api) => {
      const answers = [await readManifest(api, 'v1'), await readManifest(api, makeImage('none').digest)];
      expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    },
  ],
  [
    'four-megabytes',
    'SHOULD',
    'takes a manifest of 4 megabytes, of 1,048,576 bytes each',
    async (api) => {
      const large = makeLarge(4 * MIB);
      await pushManifest(api, large);
      expect((await readManifest(api, large.digest)).bytes.length).toBe(4 * MIB);
    },
  ],
  [
    'size-limit',
    'SHOULD',
    'has a limit to the size of a manifest',
    async (api) => {
      expectRefused(await pushUntilRefused(api));
    },
  ],
  [
    'size-limit-status',
    'SHOULD',
    'answers 413 above its limit',
    async (api) => {
      expect((await pushUntilRefused(api)).status).toBe(413);
    },
  ],
  [
    'reference-form',
    'MUST',
    'takes no manifest under what is neither a tag nor a digest',
    async (api) => {
      const image = await prepareImage(api, 'push-forms');
      const forms = [image.digest.slice(0, -1), image.digest.replace(':', '@'), 'sha256:', '.v1'];
      for (const form of forms) expectRefused(await putManifest(api, image, form));
    },
  ],
  [
    'no-content-type',
    'says',
    'serves a manifest that came without Content-Type as what its mediaType says, if it takes it',
    async (api) => {
      const image = await prepareImage(api, 'no-content-type');
      const path = `${api.repository}/manifests/v1`;
      const pushed = await send(api, path, { method: 'PUT', body: image.bytes });
      const { status, headers } = await readManifest(api, 'v1');
      expect([IMAGE_TYPE, 404]).toContain(pushed.status === 201 ? headers['content-type'] : status);
    },
  ],
]);

/** The answer to the smallest manifest that is refused, else to the largest that was tried. */
async function pushUntilRefused(api: Parameters<typeof write>[0]) {
  for (const bytes of TOO_LARGE) {
    const answer = await putManifest(api, makeLarge(bytes), 'large');
    if (answer.status !== 201 || bytes === TOO_LARGE.at(-1)) return answer;
  }
  throw new Error('no size was tried');
}

const SUBJECTS = defineSection({ section: 'Pushing Manifests with Subject', prefix: 'subject', needs: 'referrers' }, [
  [
    'image',
    'MUST',
    'confirms the subject of an image in OCI-Subject',
    async (api) => {
      const subject = describe(await pushImage(api, 'subject'), IMAGE_TYPE);
      const answer = await pushManifest(api, await prepareImage(api, 'referrer', { subject }));
      expect(answer.headers['oci-subject']).toBe(subject.digest);
    },
  ],
  [
    'missing',
    'MUST',
    'confirms a subject that is not there yet, too',
    async (api) => {
      const subject = describe(makeImage('not there'), IMAGE_TYPE);
      const answer = await pushManifest(api, await prepareImage(api, 'referrer', { subject }), 'v1');
      expect(answer.headers['oci-subject']).toBe(subject.digest);
    },
  ],
  [
    'index',
    'MUST',
    'confirms the subject of an index',
    async (api) => {
      const subject = describe(await pushImage(api, 'subject'), IMAGE_TYPE);
      const answer = await pushManifest(api, makeIndex([await pushImage(api, 'child')], { subject }));
      expect(answer.headers['oci-subject']).toBe(subject.digest);
    },
  ],
  [
    'none',
    'says',
    'confirms nothing when there is no subject',
    async (api) => {
      const answer = await pushManifest(api, await prepareImage(api, 'plain'));
      expect(answer.headers['oci-subject']).toBeUndefined();
    },
  ],
]);

/** Everything about pushing manifests. */
export const MANIFEST_ROWS = [...PUSH, ...PUSHING, ...SUBJECTS];
