import { expect } from 'vitest';
import { type Api, enter, readBlob, readManifest, send } from './api.ts';
import { makeBlob, makeImage, makeIndex } from './content.ts';
import { defineSection } from './requirement.ts';
import { pushBlob, pushImage, pushManifest } from './steps.ts';

function remove(api: Api, path: string) {
  return send(api, `${api.repository}/${path}`, { method: 'DELETE' });
}

const TAGS = defineSection({ section: 'Deleting tags', prefix: 'delete-tag', needs: 'tagDeletion' }, [
  [
    'deleted',
    'MUST',
    'answers 202 when a tag is deleted',
    async (api) => {
      await pushImage(api, 'tagged', { tag: 'v1' });
      expect((await remove(api, 'manifests/v1')).status).toBe(202);
    },
  ],
  [
    'gone',
    'says',
    'answers 404 for the tag from then on',
    async (api) => {
      await pushImage(api, 'tagged', { tag: 'v1' });
      await remove(api, 'manifests/v1');
      expect((await readManifest(api, 'v1')).status).toBe(404);
    },
  ],
  [
    'alone',
    'says',
    'deletes that tag and nothing else: the manifest and its other tags stay',
    async (api) => {
      const image = await pushImage(api, 'tagged', { tag: 'v1' });
      await pushManifest(api, image, 'v2');
      const { status } = await remove(api, 'manifests/v1');
      const found = [await readManifest(api, image.digest), await readManifest(api, 'v2')];
      expect([status, ...found.map((answer) => answer.status)]).toEqual([202, 200, 200]);
    },
  ],
  [
    'unlisted',
    'says',
    'lists the tag no more',
    async (api) => {
      const image = await pushImage(api, 'tagged', { tag: 'v1' });
      await pushManifest(api, image, 'v2');
      await remove(api, 'manifests/v1');
      const { text } = await send(api, `${api.repository}/tags/list`);
      expect(JSON.parse(text)).toMatchObject({ tags: ['v2'] });
    },
  ],
  [
    'missing',
    'says',
    'answers 404, 400 or 405 for a tag that is not there',
    async (api) => {
      await pushImage(api, 'tagged', { tag: 'v1' });
      expect([404, 400, 405]).toContain((await remove(api, 'manifests/v2')).status);
    },
  ],
  [
    'disabled',
    'MUST',
    'answers 400 or 405 where tags cannot be deleted, and keeps them',
    async (api) => {
      const { there, prepared } = enter(api, 'locked');
      const { status } = await remove(there, `manifests/${prepared.tag ?? ''}`);
      expect([400, 405]).toContain(status);
      expect((await readManifest(there, prepared.tag ?? '')).status).toBe(200);
    },
    'locked',
  ],
]);

const MANIFESTS = defineSection({ section: 'Deleting Manifests', prefix: 'delete-manifest' }, [
  [
    'deleted',
    'MUST',
    'answers 202 when a manifest is deleted',
    async (api) => {
      const image = await pushImage(api, 'deleted');
      expect((await remove(api, `manifests/${image.digest}`)).status).toBe(202);
    },
  ],
  [
    'gone',
    'says',
    'answers 404 for its digest from then on',
    async (api) => {
      const image = await pushImage(api, 'gone');
      await remove(api, `manifests/${image.digest}`);
      expect((await readManifest(api, image.digest)).status).toBe(404);
    },
  ],
  [
    'tags-gone',
    'says',
    'answers 404 for every tag that named it, and for no other',
    async (api) => {
      const image = await pushImage(api, 'gone', { tag: 'v1' });
      await pushManifest(api, image, 'v2');
      await pushImage(api, 'kept', { tag: 'v3' });
      await remove(api, `manifests/${image.digest}`);
      const found = await Promise.all(['v1', 'v2', 'v3'].map((tag) => readManifest(api, tag)));
      expect(found.map(({ status }) => status)).toEqual([404, 404, 200]);
    },
  ],
  [
    'other-repository',
    'says',
    'keeps the manifest in other repositories',
    async (api) => {
      const image = await pushImage(api, 'shared');
      await pushImage({ ...api, repository: api.other }, 'shared');
      await remove(api, `manifests/${image.digest}`);
      expect((await readManifest(api, image.digest, { repository: api.other })).status).toBe(200);
    },
  ],
  [
    'child',
    'says',
    'deletes no child that has a tag of its own along with an index',
    async (api) => {
      const image = await pushImage(api, 'child', { tag: 'child' });
      const index = makeIndex([image]);
      await pushManifest(api, index, 'v1');
      await remove(api, `manifests/${index.digest}`);
      expect((await readManifest(api, image.digest)).status).toBe(200);
    },
  ],
  [
    'missing',
    'says',
    'answers 404 for a manifest that is not there',
    async (api) => {
      await pushImage(api, 'there');
      expect((await remove(api, `manifests/${makeImage('absent').digest}`)).status).toBe(404);
    },
  ],
  [
    'missing-repository',
    'MUST',
    'answers 404 for a repository that does not exist',
    async (api) => {
      expect((await remove(api, `manifests/${makeImage('nowhere').digest}`)).status).toBe(404);
    },
  ],
  [
    'disabled',
    'MUST',
    'answers 400 or 405 where manifests cannot be deleted, and keeps them',
    async (api) => {
      const { there, prepared } = enter(api, 'locked');
      const { status } = await remove(there, `manifests/${prepared.digest}`);
      expect([400, 405]).toContain(status);
      expect((await readManifest(there, prepared.digest)).status).toBe(200);
    },
    'locked',
  ],
]);

const BLOBS = defineSection({ section: 'Deleting Blobs', prefix: 'delete-blob' }, [
  [
    'deleted',
    'MUST',
    'answers 202 when a blob is deleted',
    async (api) => {
      const blob = makeBlob('deleted');
      await pushBlob(api, blob);
      expect((await remove(api, `blobs/${blob.digest}`)).status).toBe(202);
    },
  ],
  [
    'gone',
    'says',
    'answers 404 for the blob from then on',
    async (api) => {
      const blob = makeBlob('gone');
      await pushBlob(api, blob);
      await remove(api, `blobs/${blob.digest}`);
      const answers = [await readBlob(api, blob.digest), await readBlob(api, blob.digest, { method: 'HEAD' })];
      expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    },
  ],
  [
    'back',
    'says',
    'takes the blob again',
    async (api) => {
      const blob = makeBlob('back');
      await pushBlob(api, blob);
      await remove(api, `blobs/${blob.digest}`);
      await pushBlob(api, blob);
      expect((await readBlob(api, blob.digest)).text).toBe('back');
    },
  ],
  [
    'other-repository',
    'says',
    'keeps the blob in other repositories',
    async (api) => {
      const blob = makeBlob('shared');
      await pushBlob(api, blob);
      await pushBlob({ ...api, repository: api.other }, blob);
      await remove(api, `blobs/${blob.digest}`);
      expect((await readBlob(api, blob.digest, { repository: api.other })).text).toBe('shared');
    },
  ],
  [
    'missing',
    'MUST',
    'answers 404 for a blob that is not there',
    async (api) => {
      await pushBlob(api, makeBlob('there'));
      expect((await remove(api, `blobs/${makeBlob('not there').digest}`)).status).toBe(404);
    },
  ],
  [
    'disabled',
    'MUST',
    'answers 400 or 405 where blobs cannot be deleted, and keeps them',
    async (api) => {
      const { there, prepared } = enter(api, 'locked');
      const { config } = JSON.parse((await readManifest(there, prepared.digest)).text) as {
        readonly config: { readonly digest: string };
      };
      const { status } = await remove(there, `blobs/${config.digest}`);
      expect([400, 405]).toContain(status);
      expect((await readBlob(there, config.digest)).status).toBe(200);
    },
    'locked',
  ],
]);

/** Everything about deleting. */
export const DELETE_ROWS = [...TAGS, ...MANIFESTS, ...BLOBS];
