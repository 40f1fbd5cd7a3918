import { expect } from 'vitest';
import type { RawAnswer } from '../support/raw-http.ts';
import { type Api, enter, readBlob, readManifest, send } from './api.ts';
import { IMAGE_TYPE, makeBlob, makeImage, makeManifest } from './content.ts';
import { defineSection } from './requirement.ts';
import {
  closeUpload,
  codesOf,
  openUpload,
  prepareImage,
  pushBlob,
  pushImage,
  pushManifest,
  putManifest,
} from './steps.ts';

/** The table of the section, and two of older registries that "Legacy Docker support error codes" lets be. */
const CODES = [
  'BLOB_UNKNOWN',
  'BLOB_UPLOAD_INVALID',
  'BLOB_UPLOAD_UNKNOWN',
  'DIGEST_INVALID',
  'MANIFEST_BLOB_UNKNOWN',
  'MANIFEST_INVALID',
  'MANIFEST_UNKNOWN',
  'NAME_INVALID',
  'NAME_UNKNOWN',
  'SIZE_INVALID',
  'UNAUTHORIZED',
  'DENIED',
  'UNSUPPORTED',
  'TOOMANYREQUESTS',
  'TAG_INVALID',
  'MANIFEST_UNVERIFIED',
];

/** What a request can be refused for, one request each. */
async function provoke(api: Api): Promise<readonly RawAnswer[]> {
  const { repository } = api;
  const image = await pushImage(api, 'provoke', { tag: 'v1' });
  const location = await openUpload(api);
  await closeUpload(api, location, makeBlob('provoked'));
  return [
    await readManifest(api, 'v2'),
    await readManifest(api, makeImage('absent').digest),
    await readManifest(api, 'sha256:abc'),
    await readBlob(api, makeBlob('absent').digest),
    await readBlob(api, 'sha256:abc'),
    await send(api, `${repository}/none/tags/list`),
    await send(api, `${repository}/UPPER/tags/list`),
    await send(api, `${repository}/tags/list?n=x`),
    await send(api, `${repository}/referrers/sha256:abc`),
    await send(api, `${repository}/blobs/uploads/`),
    await closeUpload(api, location, makeBlob('late')),
    await closeUpload(api, await openUpload(api), { ...makeBlob('sent'), digest: image.digest }),
    await putManifest(api, makeManifest('no JSON', IMAGE_TYPE), 'v3'),
    await putManifest(api, makeImage('blobs missing'), 'v3'),
    await putManifest(api, image, makeBlob('other').digest),
    await putManifest(api, image, '.v3'),
    await send(api, `${repository}/manifests/v9`, { method: 'DELETE' }),
    await send(api, `${repository}/blobs/${makeBlob('absent').digest}`, { method: 'DELETE' }),
    await send(api, `${repository}/no/such/endpoint`),
  ];
}

/** By what it holds: not every registry says of its errors that they are JSON. */
function isJson({ text }: RawAnswer): boolean {
  return text.trimStart().startsWith('{');
}

/** The errors in the JSON bodies of refusals. */
async function provokeErrors(api: Api): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const refusals = (await provoke(api)).filter((answer) => answer.status >= 400 && answer.status < 500);
  return refusals.filter(isJson).flatMap(({ text }) => {
    const { errors } = JSON.parse(text) as { readonly errors: readonly Readonly<Record<string, unknown>>[] };
    expect(Array.isArray(errors), text).toBe(true);
    expect(errors.length, text).toBeGreaterThan(0);
    return errors;
  });
}

const SUPPORT = defineSection({ section: 'Determining Support', prefix: 'support' }, [
  [
    'base',
    'says',
    'answers 200 at /v2/',
    async (api) => {
      expect((await send(api, '')).status).toBe(200);
    },
  ],
  [
    'guarded',
    'says',
    'answers 401 there, and for content, where credentials are wanted and none came (Endpoints)',
    async (api) => {
      const { there } = enter(api, 'guarded');
      const answers = [await send(there, ''), await readManifest(there, 'v1')];
      expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    },
    'guarded',
  ],
]);

const CATEGORIES = defineSection({ section: 'Requirements', prefix: 'category' }, [
  [
    'pull',
    'MUST',
    'has all of the category Pull',
    async (api) => {
      const image = await pushImage(api, 'pull', { tag: 'v1' });
      const { digest } = makeBlob('the layer of pull');
      const answers = [
        await readManifest(api, 'v1'),
        await readManifest(api, image.digest, { method: 'HEAD' }),
        await readBlob(api, digest),
        await readBlob(api, digest, { method: 'HEAD' }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    },
  ],
  [
    'push',
    'SHOULD',
    'has the category Push',
    async (api) => {
      const image = await prepareImage(api, 'push');
      const mount = `?mount=${makeBlob('the layer of push').digest}&from=${api.repository}`;
      const mounted = await send(api, `${api.other}/blobs/uploads/${mount}`, { method: 'POST' });
      expect((await pushManifest(api, image, 'v1')).status).toBe(201);
      expect([201, 202]).toContain(mounted.status);
    },
  ],
  [
    'discovery',
    'SHOULD',
    'has the category Content Discovery: tags and referrers',
    async (api) => {
      const { digest } = await pushImage(api, 'discovery', { tag: 'v1' });
      const paths = ['tags/list', `referrers/${digest}`].map((path) => `${api.repository}/${path}`);
      const answers = await Promise.all(paths.map((path) => send(api, path)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    },
  ],
  [
    'management',
    'SHOULD',
    'has the category Content Management: deletes of tags, manifests and blobs',
    async (api) => {
      const { digest } = await pushImage(api, 'management', { tag: 'v1' });
      const paths = ['manifests/v1', `manifests/${digest}`, `blobs/${makeBlob('the layer of management').digest}`];
      const statuses: number[] = [];
      for (const path of paths) {
        statuses.push((await send(api, `${api.repository}/${path}`, { method: 'DELETE' })).status);
      }
      expect(statuses).toEqual([202, 202, 202]);
    },
  ],
]);

const ERRORS = defineSection({ section: 'Error Codes', prefix: 'error' }, [
  [
    'format',
    'MUST',
    'gives errors in JSON the form {"errors": [{"code", "message", "detail"}]}',
    async (api) => {
      const errors = await provokeErrors(api);
      expect(errors.length).toBeGreaterThan(10);
      const keys = new Set(errors.flatMap((error) => Object.keys(error)));
      expect(['code', 'message', 'detail']).toEqual(expect.arrayContaining([...keys]));
    },
  ],
  [
    'code-form',
    'MUST',
    'gives each a code of capitals and underscores',
    async (api) => {
      for (const { code } of await provokeErrors(api)) expect(code).toMatch(/^[A-Z_]+$/);
    },
  ],
  [
    'code-known',
    'MUST',
    'gives each a code of the table, or one of the two that older registries have',
    async (api) => {
      for (const { code } of await provokeErrors(api)) expect(CODES).toContain(code);
    },
  ],
  [
    'message',
    'SHOULD',
    'says in words what is wrong, if anything',
    async (api) => {
      for (const { message } of await provokeErrors(api)) expect(typeof (message ?? '')).toBe('string');
    },
  ],
  [
    'client-error',
    'says',
    'blames the client, not itself, for what the client did',
    async (api) => {
      const statuses = (await provoke(api)).map(({ status }) => status).filter((status) => status >= 500);
      expect(statuses).toEqual([]);
    },
  ],
  [
    'blob-unknown',
    'says',
    'calls a missing blob BLOB_UNKNOWN',
    async (api) => {
      await pushBlob(api, makeBlob('there'));
      expect(codesOf(await readBlob(api, makeBlob('not there').digest))).toEqual(['BLOB_UNKNOWN']);
    },
  ],
  [
    'manifest-unknown',
    'says',
    'calls a missing manifest MANIFEST_UNKNOWN',
    async (api) => {
      await pushImage(api, 'there', { tag: 'v1' });
      const answers = [await readManifest(api, 'v2'), await readManifest(api, makeImage('not there').digest)];
      expect(answers.map(codesOf)).toEqual([['MANIFEST_UNKNOWN'], ['MANIFEST_UNKNOWN']]);
    },
  ],
  [
    'name-unknown',
    'says',
    'calls a missing repository NAME_UNKNOWN in the list of tags',
    async (api) => {
      expect(codesOf(await send(api, `${api.repository}/tags/list`))).toEqual(['NAME_UNKNOWN']);
    },
  ],
  [
    'name-invalid',
    'says',
    'calls what is not a repository name NAME_INVALID',
    async (api) => {
      expect(codesOf(await send(api, `${api.repository}/UPPER/tags/list`))).toEqual(['NAME_INVALID']);
    },
  ],
  [
    'digest-invalid',
    'says',
    'calls content that does not have the digest DIGEST_INVALID',
    async (api) => {
      const image = await prepareImage(api, 'digest-invalid');
      const { digest } = makeBlob('another');
      const blob = await closeUpload(api, await openUpload(api), { ...makeBlob('sent'), digest });
      const manifest = await putManifest(api, image, digest);
      expect([codesOf(blob), codesOf(manifest)]).toEqual([['DIGEST_INVALID'], ['DIGEST_INVALID']]);
    },
  ],
  [
    'upload-unknown',
    'says',
    'calls an upload that it does not know BLOB_UPLOAD_UNKNOWN',
    async (api) => {
      const location = await openUpload(api);
      await closeUpload(api, location, makeBlob('ended'));
      expect(codesOf(await send(api, location))).toEqual(['BLOB_UPLOAD_UNKNOWN']);
    },
  ],
  [
    'manifest-invalid',
    'says',
    'calls what is not a manifest MANIFEST_INVALID',
    async (api) => {
      const answer = await putManifest(api, makeManifest('no JSON', IMAGE_TYPE), 'v1');
      expect(codesOf(answer)).toEqual(['MANIFEST_INVALID']);
    },
  ],
  [
    'unsupported',
    'says',
    'calls a delete UNSUPPORTED where nothing can be deleted',
    async (api) => {
      const { there, prepared } = enter(api, 'locked');
      const path = `${prepared.repository}/manifests/${prepared.digest}`;
      expect(codesOf(await send(there, path, { method: 'DELETE' }))).toEqual(['UNSUPPORTED']);
    },
    'locked',
  ],
  [
    'unauthorized',
    'says',
    'calls a request without credentials UNAUTHORIZED',
    async (api) => {
      const { there } = enter(api, 'guarded');
      expect(codesOf(await readManifest(there, 'v1'))).toEqual(['UNAUTHORIZED']);
    },
    'guarded',
  ],
]);

/** The Warning headers of answers of all kinds, those of one answer together. */
async function provokeWarnings(api: Api): Promise<readonly string[]> {
  const image = await pushImage(api, 'warned', { tag: 'v1' });
  const good = [await readManifest(api, 'v1'), await readManifest(api, image.digest, { method: 'HEAD' })];
  return [...good, ...(await provoke(api))].map(({ headers }) => headers.warning ?? '');
}

const WARNINGS = defineSection({ section: 'Warnings', prefix: 'warning' }, [
  [
    'form',
    'MUST',
    'begins a Warning, if it sends one, with 299 and a dash',
    async (api) => {
      const warnings = (await provokeWarnings(api)).filter((text) => text !== '');
      for (const warning of warnings)
        expect(warning).toMatch(/^299 - "(?:[^"\\]|\\.)*"(?:, 299 - "(?:[^"\\]|\\.)*")*$/);
    },
  ],
  [
    'date',
    'MUST NOT',
    'puts a date into a Warning',
    async (api) => {
      for (const warning of await provokeWarnings(api)) expect(warning).not.toMatch(/" "[A-Z][a-z]{2}, \d/);
    },
  ],
  [
    'size',
    'MUST NOT',
    'sends more than 4096 bytes of warnings with one answer',
    async (api) => {
      for (const warning of await provokeWarnings(api)) expect(Buffer.byteLength(warning)).toBeLessThanOrEqual(4096);
    },
  ],
]);

/** Everything about support, errors and warnings. */
export const ERROR_ROWS = [...SUPPORT, ...CATEGORIES, ...ERRORS, ...WARNINGS];
