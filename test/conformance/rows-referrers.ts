import { expect } from 'vitest';
import type { RawAnswer } from '../support/raw-http.ts';
import { type Api, enter, send } from './api.ts';
import {
  CONFIG_TYPE,
  type ContentDescriptor,
  describe,
  IMAGE_TYPE,
  INDEX_TYPE,
  type ManifestContent,
  makeImage,
  makeIndex,
} from './content.ts';
import { defineSection } from './requirement.ts';
import { nextPageOf, pushImage, pushManifest } from './steps.ts';

interface Referrer extends ContentDescriptor {
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Subject {
  readonly digest: string;
  /** For the `subject` field of another manifest. */
  readonly subject: ContentDescriptor;
}

const SBOM = 'application/vnd.example.sbom.v1';
const SIGNATURE = 'application/vnd.example.signature.v1';
const MIB = 1024 * 1024;

async function pushSubject(api: Api): Promise<Subject> {
  const { digest, ...image } = await pushImage(api, 'subject', { tag: 'subject' });
  return { digest, subject: describe({ ...image, digest }, IMAGE_TYPE) };
}

/** An index with a subject; it has no children. */
async function pushIndex(api: Api, fields: object): Promise<ManifestContent> {
  const index = makeIndex([], fields);
  await pushManifest(api, index);
  return index;
}

function ask(api: Api, digest: string, query = ''): Promise<RawAnswer> {
  return send(api, `${api.repository}/referrers/${digest}${query}`);
}

/** None is also said as `null`; whether it should be is one requirement of its own. */
function referrersOf(answer: RawAnswer): readonly Referrer[] {
  expect(answer.status).toBe(200);
  return (JSON.parse(answer.text) as { readonly manifests: readonly Referrer[] | null }).manifests ?? [];
}

async function list(api: Api, digest: string, query?: string): Promise<readonly Referrer[]> {
  return referrersOf(await ask(api, digest, query));
}

function digestsOf(referrers: readonly { readonly digest: string }[]): readonly string[] {
  return referrers.map(({ digest }) => digest).sort();
}

/** Ten referrers, which have 5 MiB of annotations together: more than a manifest may have. */
async function pushMany(api: Api, subject: ContentDescriptor): Promise<readonly ManifestContent[]> {
  const many: ManifestContent[] = [];
  for (let number = 0; number < 10; number += 1) {
    const annotations = { number: `${number}`, filler: 'x'.repeat(MIB / 2) };
    many.push(await pushIndex(api, { subject, annotations, artifactType: SBOM }));
  }
  return many;
}

/** All pages that `Link` leads to. */
async function listPages(api: Api, digest: string, query = ''): Promise<readonly RawAnswer[]> {
  const pages: RawAnswer[] = [];
  let url: string | undefined = `${api.url}/v2/${api.repository}/referrers/${digest}${query}`;
  while (url !== undefined && pages.length < 50) {
    const answer = await send(api, url);
    pages.push(answer);
    const next = nextPageOf(answer);
    url = next === undefined ? undefined : new URL(next, url).href;
  }
  return pages;
}

const LISTING = defineSection({ section: 'Listing Referrers', prefix: 'referrers', needs: 'referrers' }, [
  [
    'found',
    'MUST',
    'answers 200 with the referrers of a manifest',
    async (api) => {
      const { digest, subject } = await pushSubject(api);
      const one = await pushImage(api, 'one', { subject });
      const two = await pushIndex(api, { subject });
      expect(digestsOf(await list(api, digest))).toEqual(digestsOf([one, two]));
    },
  ],
  [
    'descriptor',
    'MUST',
    'describes each referrer by its type, digest and size',
    async (api) => {
      const { digest, subject } = await pushSubject(api);
      const image = await pushImage(api, 'image', { subject });
      const index = await pushIndex(api, { subject });
      const listed = (await list(api, digest)).map(({ mediaType, digest, size }) => ({ mediaType, digest, size }));
      expect(listed).toHaveLength(2);
      expect(listed).toEqual(expect.arrayContaining([describe(image, IMAGE_TYPE), describe(index, INDEX_TYPE)]));
    },
  ],
  [
    'index',
    'MUST',
    'answers with an image index',
    async (api) => {
      const { digest, subject } = await pushSubject(api);
      await pushImage(api, 'referrer', { subject });
      const { text } = await ask(api, digest);
      const manifests = [expect.anything()];
      expect(JSON.parse(text)).toMatchObject({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests });
    },
  ],
  [
    'content-type',
    'MUST',
    'sends it as an image index',
    async (api) => {
      const { digest } = await pushSubject(api);
      expect((await ask(api, digest)).headers['content-type']).toBe(INDEX_TYPE);
    },
  ],
  [
    'none',
    'MUST',
    'answers 200 with an empty list for a manifest without referrers',
    async (api) => {
      const { digest } = await pushSubject(api);
      const { status, text } = await ask(api, digest);
      expect([status, JSON.parse(text)]).toEqual([200, expect.objectContaining({ manifests: [] })]);
    },
  ],
  [
    'unknown-digest',
    'MUST NOT',
    'answers 404 for a digest that is not there',
    async (api) => {
      await pushSubject(api);
      expect(await list(api, makeImage('unknown').digest)).toEqual([]);
    },
  ],
  [
    'unknown-repository',
    'MUST NOT',
    'answers 404 for a repository that does not exist',
    async (api) => {
      expect((await ask(api, makeImage('unknown').digest)).status).not.toBe(404);
    },
  ],
  [
    'invalid-digest',
    'MUST',
    'answers 400 for what is not a digest',
    async (api) => {
      const { digest } = await pushSubject(api);
      const invalid = [digest.slice(0, -1), digest.replace(':', ''), 'sha256:'];
      const answers = await Promise.all(invalid.map((text) => ask(api, text)));
      expect(answers.map(({ status }) => status)).toEqual([400, 400, 400]);
    },
  ],
  [
    'subject-later',
    'says',
    'lists the referrers of a manifest that came after them',
    async (api) => {
      const image = makeImage('subject');
      const early = await pushImage(api, 'early', { subject: describe(image, IMAGE_TYPE) });
      await pushSubject(api);
      expect(digestsOf(await list(api, image.digest))).toEqual([early.digest]);
    },
  ],
  [
    'other-repository',
    'says',
    'lists none of another repository',
    async (api) => {
      const { digest, subject } = await pushSubject(api);
      await pushImage({ ...api, repository: api.other }, 'elsewhere', { subject });
      expect(await list(api, digest)).toEqual([]);
    },
  ],
  [
    'other-subject',
    'says',
    'lists none of another subject',
    async (api) => {
      const { digest } = await pushSubject(api);
      const subject = describe(await pushImage(api, 'another'), IMAGE_TYPE);
      await pushImage(api, 'referrer', { subject });
      expect(await list(api, digest)).toEqual([]);
    },
  ],
  [
    'artifact-type',
    'MUST',
    'names the artifactType of an image',
    async (api) => {
      const { digest, subject } = await pushSubject(api);
      await pushImage(api, 'typed', { subject, artifactType: SBOM });
      expect((await list(api, digest)).map(({ artifactType }) => artifactType)).toEqual([SBOM]);
    },
  ],
  [
    'artifact-type-of-config',
    'MUST',
    'names the type of the config for an image without artifactType, or with an empty one',
    async (api) => {
      const { digest, subject } = await pushSubject(api);
      await pushImage(api, 'untyped', { subject });
      await pushImage(api, 'empty', { subject, artifactType: '' });
      const types = (await list(api, digest)).map(({ artifactType }) => artifactType);
      expect(types).toEqual([CONFIG_TYPE, CONFIG_TYPE]);
    },
  ],
  [
    'artifact-type-of-index',
    'MUST',
    'names the artifactType of an index',
    async (api) => {
      const { digest, subject } = await pushSubject(api);
      await pushIndex(api, { subject, artifactType: SBOM });
      expect((await list(api, digest)).map(({ artifactType }) => artifactType)).toEqual([SBOM]);
    },
  ],
  [
    'no-artifact-type-of-index',
    'MUST',
    'leaves it out for an index without one, or with an empty one',
    async (api) => {
      const { digest, subject } = await pushSubject(api);
      await pushIndex(api, { subject });
      await pushIndex(api, { subject, artifactType: '' });
      const has = (await list(api, digest)).map((referrer) => 'artifactType' in referrer);
      expect(has).toEqual([false, false]);
    },
  ],
  [
    'annotations',
    'MUST',
    'gives the annotations of an image and of an index',
    async (api) => {
      const { digest, subject } = await pushSubject(api);
      const annotations = { 'org.opencontainers.image.created': '2024-01-01T00:00:00Z', 'org.example.ä': '"' };
      await pushImage(api, 'annotated', { subject, annotations });
      await pushIndex(api, { subject, annotations });
      const listed = (await list(api, digest)).map((referrer) => referrer.annotations);
      expect(listed).toEqual([annotations, annotations]);
    },
  ],
  [
    'deleted',
    'says',
    'lists a referrer no more that was deleted',
    async (api) => {
      const { digest, subject } = await pushSubject(api);
      const gone = await pushImage(api, 'gone', { subject });
      const kept = await pushImage(api, 'kept', { subject });
      await send(api, `${api.repository}/manifests/${gone.digest}`, { method: 'DELETE' });
      expect(digestsOf(await list(api, digest))).toEqual([kept.digest]);
    },
  ],
  [
    'subject-deleted',
    'says',
    'goes on listing the referrers of a manifest that was deleted',
    async (api) => {
      const { digest, subject } = await pushSubject(api);
      const referrer = await pushImage(api, 'left', { subject });
      await send(api, `${api.repository}/manifests/${digest}`, { method: 'DELETE' });
      expect(digestsOf(await list(api, digest))).toEqual([referrer.digest]);
    },
  ],
  [
    'pages',
    'MUST',
    'sends a Link with rel="next" when the referrers do not fit into one manifest; it leads to all, each once',
    async (api) => {
      const { digest, subject } = await pushSubject(api);
      const many = await pushMany(api, subject);
      const pages = await listPages(api, digest);
      expect(digestsOf(pages.flatMap(referrersOf))).toEqual(digestsOf(many));
    },
  ],
  [
    'page-size',
    'SHOULD',
    'sends no page that is larger than a manifest may be',
    async (api) => {
      const { digest, subject } = await pushSubject(api);
      await pushMany(api, subject);
      const pages = await listPages(api, digest);
      expect(pages.length).toBeGreaterThan(1);
      expect(Math.max(...pages.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(4 * MIB);
    },
  ],
  [
    'filter',
    'SHOULD',
    'lists only the referrers of an artifactType when one is named',
    async (api) => {
      const { digest, subject } = await pushSubject(api);
      const sboms = [
        await pushImage(api, 'sbom', { subject, artifactType: SBOM }),
        await pushIndex(api, { subject, artifactType: SBOM }),
      ];
      await pushImage(api, 'signature', { subject, artifactType: SIGNATURE });
      await pushIndex(api, { subject });
      expect(digestsOf(await list(api, digest, `?artifactType=${SBOM}`))).toEqual(digestsOf(sboms));
    },
  ],
  [
    'filter-by-config',
    'SHOULD',
    'finds an image without artifactType by the type of its config',
    async (api) => {
      const { digest, subject } = await pushSubject(api);
      const image = await pushImage(api, 'untyped', { subject });
      await pushImage(api, 'typed', { subject, artifactType: SBOM });
      const query = `?artifactType=${encodeURIComponent(CONFIG_TYPE)}`;
      expect(digestsOf(await list(api, digest, query))).toEqual([image.digest]);
    },
  ],
  [
    'filter-of-none',
    'MUST',
    'answers 200 with an empty list when no referrer is of the artifactType',
    async (api) => {
      const { digest, subject } = await pushSubject(api);
      await pushImage(api, 'sbom', { subject, artifactType: SBOM });
      expect(await list(api, digest, `?artifactType=${SIGNATURE}`)).toEqual([]);
    },
  ],
  [
    'filters-applied',
    'MUST',
    'confirms that it filtered in OCI-Filters-Applied',
    async (api) => {
      const { digest, subject } = await pushSubject(api);
      await pushImage(api, 'sbom', { subject, artifactType: SBOM });
      const { headers } = await ask(api, digest, `?artifactType=${SBOM}`);
      expect(headers['oci-filters-applied']).toBe('artifactType');
    },
  ],
  [
    'no-filters-applied',
    'says',
    'confirms nothing when it did not filter',
    async (api) => {
      const { digest } = await pushSubject(api);
      expect((await ask(api, digest)).headers['oci-filters-applied']).toBeUndefined();
    },
  ],
  [
    'filtered-pages',
    'MUST',
    'keeps to the filter, and confirms it, on every page',
    async (api) => {
      const { digest, subject } = await pushSubject(api);
      const many = await pushMany(api, subject);
      await pushIndex(api, { subject, annotations: { filler: 'y'.repeat(MIB / 2) }, artifactType: SIGNATURE });
      const pages = await listPages(api, digest, `?artifactType=${SBOM}`);
      expect(digestsOf(pages.flatMap(referrersOf))).toEqual(digestsOf(many));
      expect(pages.map(({ headers }) => headers['oci-filters-applied'])).toEqual(pages.map(() => 'artifactType'));
    },
  ],
]);

const ENABLING = defineSection({ section: 'Enabling the Referrers API', prefix: 'enabling' }, [
  [
    'new',
    'MUST',
    'lists every manifest with a subject that is pushed once the API is there',
    async (api) => {
      const { there, prepared } = enter(api, 'upgraded');
      const subject = { mediaType: IMAGE_TYPE, digest: prepared.subject ?? '', size: 1 };
      const { digest } = await pushImage(there, 'after', { subject });
      expect(digestsOf(await list(there, subject.digest))).toContain(digest);
    },
    'upgraded',
  ],
  [
    'preexisting',
    'MUST',
    'lists what came before the API was there, if the tag for referrers of older registries names it',
    async (api) => {
      const { there, prepared } = enter(api, 'upgraded');
      expect(digestsOf(await list(there, prepared.subject ?? ''))).toContain(prepared.digest);
    },
    'upgraded',
  ],
]);

/** Everything about the referrers API. */
export const REFERRER_ROWS = [...LISTING, ...ENABLING];
