import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { computeDigest, type Digest } from '../../../src/oci/digest.ts';
import { MEDIA_TYPES } from '../../../src/oci/media-types.ts';
import { type Playground, startPlayground } from '../../../src/playground/server.ts';
import { type ApiAnswer, callApi, errorsOf } from '../../support/api-call.ts';

let playground: Playground;
beforeAll(async () => {
  playground = await startPlayground();
});
afterAll(() => playground.close());

function push(path: string, fields: object = {}, server: Playground = playground): Promise<ApiAnswer> {
  const body = JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [], ...fields });
  const headers = { 'content-type': MEDIA_TYPES.ociIndex };
  return callApi(`${server.url}/v2/${path}`, { method: 'PUT', headers, body });
}

async function list(path: string, server: Playground = playground): Promise<{ items: string[]; link: string | null }> {
  const answer = await callApi(`${server.url}/v2/${path}`);
  const { tags, repositories } = JSON.parse(answer.text) as { tags?: string[]; repositories?: string[] };
  return { items: tags ?? repositories ?? [], link: answer.headers.get('link') };
}

describe('the list of tags', () => {
  const TAGS = ['10', '9', 'B', '_x', 'a', 'a-1', 'a.1', 'b'];
  beforeAll(async () => {
    for (const tag of [...TAGS].reverse()) await push(`many/tags/manifests/${tag}`);
  });

  it('is in ASCII order and names the repository', async () => {
    const answer = await callApi(`${playground.url}/v2/many/tags/tags/list`);
    expect(JSON.parse(answer.text)).toEqual({ name: 'many/tags', tags: [...TAGS].sort() });
    expect([answer.headers.get('content-type'), answer.headers.get('link')]).toEqual(['application/json', null]);
  });

  it('comes in pages that lead to the next', async () => {
    const first = await list('many/tags/tags/list?n=3');
    const second = await list('many/tags/tags/list?n=3&last=B');
    const third = await list('many/tags/tags/list?n=3&last=a-1');
    expect([first.items, second.items, third.items]).toEqual([
      ['10', '9', 'B'],
      ['_x', 'a', 'a-1'],
      ['a.1', 'b'],
    ]);
    expect(first.link).toBe('</v2/many/tags/tags/list?n=3&last=B>; rel="next"');
    expect(third.link).toBeNull();
  });

  it('has no next page when the page ends with the list', async () => {
    expect(await list('many/tags/tags/list?n=8')).toEqual({ items: [...TAGS].sort(), link: null });
  });

  it.each([
    ['n=0', [], null],
    ['last=a.1', ['b'], null],
    ['last=zzz', [], null],
    ['last=aa', ['b'], null],
    ['n=1&last=9', ['B'], '</v2/many/tags/tags/list?n=1&last=B>; rel="next"'],
    ['n=', [...TAGS].sort(), null],
  ])('takes ?%s', async (query, items, link) => {
    expect(await list(`many/tags/tags/list?${query}`)).toEqual({ items, link });
  });

  it.each(['n=-1', 'n=a', 'n=1e3'])('refuses ?%s', async (query) => {
    expect((await callApi(`${playground.url}/v2/many/tags/tags/list?${query}`)).status).toBe(400);
  });

  it('has pages of a size that the registry limits', async () => {
    const strict = await startPlayground({ maxPageItems: 2 });
    for (const tag of TAGS) await push(`many/tags/manifests/${tag}`, {}, strict);
    const pages = [await list('many/tags/tags/list', strict), await list('many/tags/tags/list?n=5', strict)];
    await strict.close();
    expect(pages).toEqual([
      { items: ['10', '9'], link: '</v2/many/tags/tags/list?last=9>; rel="next"' },
      { items: ['10', '9'], link: '</v2/many/tags/tags/list?n=5&last=9>; rel="next"' },
    ]);
  });

  it('is empty once every tag is deleted', async () => {
    await push('few/tags/manifests/only');
    await callApi(`${playground.url}/v2/few/tags/manifests/only`, { method: 'DELETE' });
    expect((await list('few/tags/tags/list')).items).toEqual([]);
  });

  it('is not there for a repository that never was', async () => {
    const answer = await callApi(`${playground.url}/v2/never/seen/tags/list`);
    expect([answer.status, errorsOf(answer)]).toEqual([404, [['NAME_UNKNOWN']]]);
  });

  it('does not mix a repository with those below it', async () => {
    await push('nest/manifests/outer');
    await push('nest/tags/manifests/inner');
    expect((await list('nest/tags/list')).items).toEqual(['outer']);
    expect((await list('nest/tags/tags/list')).items).toEqual(['inner']);
  });
});

describe('the list of repositories', () => {
  it('is sorted and paged', async () => {
    const own = await startPlayground();
    for (const name of ['c', 'a/b', 'a', 'b']) await push(`${name}/manifests/v1`, {}, own);
    const pages = [await list('_catalog', own), await list('_catalog?n=2', own)];
    await own.close();
    expect(pages).toEqual([
      { items: ['a', 'a/b', 'b', 'c'], link: null },
      { items: ['a', 'a/b'], link: '</v2/_catalog?n=2&last=a%2Fb>; rel="next"' },
    ]);
  });
});

interface Referrers {
  readonly manifests: readonly { digest: string; artifactType?: string; annotations?: object; mediaType: string }[];
}

async function referrersOf(digest: Digest, query = ''): Promise<ApiAnswer> {
  return callApi(`${playground.url}/v2/with/referrers/referrers/${digest}${query}`);
}

function parse(answer: ApiAnswer): Referrers {
  return JSON.parse(answer.text) as Referrers;
}

describe('the list of referrers', () => {
  const subjectDigest = computeDigest(Buffer.from('subject'));
  const subject = { mediaType: MEDIA_TYPES.ociManifest, digest: subjectDigest, size: 7 };

  beforeAll(async () => {
    const empty = Buffer.from('{}');
    const digest = computeDigest(empty);
    const uploads = `${playground.url}/v2/with/referrers/blobs/uploads/?digest=${digest}`;
    await callApi(uploads, { method: 'POST', body: empty });
    const config = { mediaType: 'example/config', digest, size: 2 };
    const image = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociManifest, config, layers: [], subject };
    await callApi(`${playground.url}/v2/with/referrers/manifests/image`, {
      method: 'PUT',
      headers: { 'content-type': MEDIA_TYPES.ociManifest },
      body: JSON.stringify(image),
    });
    await push('with/referrers/manifests/typed', { subject, artifactType: 'example/a', annotations: { key: 'value' } });
    await push('with/referrers/manifests/plain', { subject });
    await push('with/referrers/manifests/other', { annotations: { other: 'yes' } });
  });

  it('is an index of all that name the subject', async () => {
    const answer = await referrersOf(subjectDigest);
    const { manifests } = parse(answer);
    expect(answer.headers.get('content-type')).toBe(MEDIA_TYPES.ociIndex);
    expect(answer.headers.get('oci-filters-applied')).toBeNull();
    expect(manifests.map(({ artifactType, annotations }) => [artifactType, annotations])).toEqual(
      expect.arrayContaining([
        ['example/config', undefined],
        ['example/a', { key: 'value' }],
        [undefined, undefined],
      ]),
    );
    expect(manifests).toHaveLength(3);
  });

  it('describes each as it is stored', async () => {
    const { manifests } = parse(await referrersOf(subjectDigest, '?artifactType=example/a'));
    const stored = await callApi(`${playground.url}/v2/with/referrers/manifests/typed`);
    expect(manifests).toEqual([
      {
        mediaType: MEDIA_TYPES.ociIndex,
        digest: stored.headers.get('docker-content-digest'),
        size: stored.bytes.length,
        artifactType: 'example/a',
        annotations: { key: 'value' },
      },
    ]);
  });

  it.each([
    ['example/config', 1],
    ['example/none', 0],
    ['', 1],
  ])('is filtered by the artifact type "%s", and says so', async (artifactType, count) => {
    const answer = await referrersOf(subjectDigest, `?artifactType=${encodeURIComponent(artifactType)}`);
    expect(answer.headers.get('oci-filters-applied')).toBe('artifactType');
    expect(parse(answer).manifests).toHaveLength(count);
  });

  it('is empty for what nobody refers to, in a repository that never was, too', async () => {
    const digest = computeDigest(Buffer.from('nobody'));
    const answers = [await referrersOf(digest), await callApi(`${playground.url}/v2/never/seen/referrers/${digest}`)];
    const empty = JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [] });
    expect(answers.map(({ status, text }) => [status, text])).toEqual([
      [200, empty],
      [200, empty],
    ]);
  });

  it('refuses what is no digest', async () => {
    const answer = await callApi(`${playground.url}/v2/with/referrers/referrers/latest`);
    expect([answer.status, errorsOf(answer)]).toEqual([400, [['DIGEST_INVALID']]]);
  });

  it('forgets a referrer that is deleted', async () => {
    const own = { ...subject, digest: computeDigest(Buffer.from('own')) };
    const pushed = await push('with/referrers/manifests/short', { subject: own });
    const digest = pushed.headers.get('docker-content-digest');
    await callApi(`${playground.url}/v2/with/referrers/manifests/${digest}`, { method: 'DELETE' });
    expect(parse(await referrersOf(own.digest)).manifests).toEqual([]);
  });

  it('believes the tag of older registries only as far as what it names does have the subject', async () => {
    const own = { ...subject, digest: computeDigest(Buffer.from('noted')) };
    const stored = [
      await push('with/referrers/manifests/stranger', { annotations: { no: 'subject' } }),
      await push('with/referrers/manifests/referrer', { subject: own }),
    ];
    const [stranger, referrer] = stored.map(({ headers }) => headers.get('docker-content-digest'));
    const manifests = [stranger, referrer].map((digest) => ({ mediaType: MEDIA_TYPES.ociIndex, digest, size: 1 }));
    await push(`with/referrers/manifests/${own.digest.replace(':', '-')}`, { manifests });
    expect(parse(await referrersOf(own.digest)).manifests.map(({ digest }) => digest)).toEqual([referrer]);
  });

  it('comes in pages that are never larger than a manifest may be', async () => {
    const own = { ...subject, digest: computeDigest(Buffer.from('large')) };
    for (const key of ['a', 'b', 'c']) {
      await push('with/referrers/manifests/large', { subject: own, annotations: { [key]: 'x'.repeat(2_000_000) } });
    }
    const first = await referrersOf(own.digest);
    const [, next] = /^<(.+)>; rel="next"$/.exec(first.headers.get('link')!)!;
    const second = await callApi(`${playground.url}${next}`);
    const [, last] = /^<(.+)>; rel="next"$/.exec(second.headers.get('link')!)!;
    const third = await callApi(`${playground.url}${last}`);
    const digests = [first, second, third].flatMap((page) => parse(page).manifests.map(({ digest }) => digest));
    expect([new Set(digests).size, third.headers.get('link')]).toEqual([3, null]);
  });

  it('is not there in a registry that does not know it, which then names no subject', async () => {
    const older = await startPlayground({ features: { referrers: false } });
    const pushed = await push('a/b/manifests/v1', { subject }, older);
    const answer = await callApi(`${older.url}/v2/a/b/referrers/${subjectDigest}`);
    await older.close();
    expect([pushed.status, pushed.headers.get('oci-subject'), answer.status]).toEqual([201, null, 404]);
  });
});
