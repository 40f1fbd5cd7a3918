import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { computeDigest } from '../../src/oci/digest.ts';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { callApi } from '../support/api-call.ts';

let playground: Playground;
beforeAll(async () => {
  playground = await startPlayground();
});
afterAll(() => playground.close());

let counter = 0;
function newRepository(): string {
  counter += 1;
  return `property/repository-${counter}`;
}

const tag = fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,9}$/);
const bytes = fc.uint8Array({ minLength: 0, maxLength: 2000 }).map((content) => Buffer.from(content));

async function pushTags(repository: string, tags: readonly string[]): Promise<void> {
  const body = Buffer.from('{"schemaVersion":2,"manifests":[]}');
  const headers = { 'content-type': 'application/vnd.oci.image.index.v1+json' };
  const query = tags.map((each) => `tag=${each}`).join('&');
  const url = `${playground.url}/v2/${repository}/manifests/${computeDigest(body)}?${query}`;
  expect((await callApi(url, { method: 'PUT', headers, body })).status).toBe(201);
}

/** Follows the links from page to page. */
async function listPages(path: string): Promise<string[][]> {
  const pages: string[][] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const answer = await callApi(new URL(next, playground.url));
    pages.push((JSON.parse(answer.text) as { tags: string[] }).tags);
    next = /^<(.+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
  }
  return pages;
}

describe('the pages of a tag list', () => {
  it('name every tag once, in ASCII order, and are full but for the last', async () => {
    const input = fc.tuple(fc.uniqueArray(tag, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 45 }));
    await fc.assert(
      fc.asyncProperty(input, async ([tags, size]) => {
        const repository = newRepository();
        await pushTags(repository, tags);
        const pages = await listPages(`/v2/${repository}/tags/list?n=${size}`);
        expect(pages.flat()).toEqual([...tags].sort());
        expect(pages.slice(0, -1).every((page) => page.length === size)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('start after any text at all', async () => {
    const repository = newRepository();
    const tags = ['1', '10', 'A', 'Z', '_', 'a', 'a.b', 'a_b', 'z'];
    await pushTags(repository, tags);
    await fc.assert(
      fc.asyncProperty(fc.oneof(tag, fc.string()), async (last) => {
        const pages = await listPages(`/v2/${repository}/tags/list?${new URLSearchParams({ last }).toString()}`);
        expect(pages.flat()).toEqual(tags.filter((each) => each > last).sort());
      }),
      { numRuns: 200 },
    );
  });
});

describe('a blob', () => {
  it('is the same however it is cut into chunks', async () => {
    const input = fc.tuple(bytes, fc.array(fc.nat({ max: 2000 }), { maxLength: 5 }));
    await fc.assert(
      fc.asyncProperty(input, async ([content, cuts]) => {
        const edges = [0, ...cuts.filter((cut) => cut < content.length).sort((a, b) => a - b), content.length];
        const opened = await callApi(`${playground.url}/v2/property/chunks/blobs/uploads/`, { method: 'POST' });
        const location = new URL(opened.headers.get('location')!, playground.url);
        for (const [index, start] of edges.slice(0, -1).entries()) {
          const body = content.subarray(start, edges[index + 1]);
          const headers = { 'content-range': `${start}-${start + body.length - 1}` };
          if (body.length > 0) expect((await callApi(location, { method: 'PATCH', headers, body })).status).toBe(202);
        }
        location.searchParams.set('digest', computeDigest(content));
        const closed = await callApi(location, { method: 'PUT' });
        const pulled = await callApi(new URL(closed.headers.get('location')!, playground.url));
        expect(pulled.bytes.equals(content)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('is served in any part that lies in it, and refused in any other', async () => {
    const content = Buffer.from(Array.from({ length: 1000 }, (_value, index) => index % 256));
    const digest = computeDigest(content);
    await callApi(`${playground.url}/v2/property/parts/blobs/uploads/?digest=${digest}`, {
      method: 'POST',
      body: content,
    });
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 1500 }), fc.nat({ max: 1500 }), async (first, last) => {
        const headers = { range: `bytes=${first}-${last}` };
        const answer = await callApi(`${playground.url}/v2/property/parts/blobs/${digest}`, { headers });
        const inside = first <= last && first < content.length;
        const expected = inside ? content.subarray(first, last + 1) : undefined;
        expect(answer.status).toBe(inside ? 206 : 416);
        expect(expected?.equals(answer.bytes) ?? true).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('any address and any body', () => {
  it('gets an answer that is not an error of ours', async () => {
    const word = fc.constantFrom(
      'v2',
      'manifests',
      'blobs',
      'uploads',
      'tags',
      'list',
      'referrers',
      'a',
      '..',
      '%2e',
      '_catalog',
      'sha256:0',
    );
    const path = fc.array(fc.oneof(word, fc.webSegment()), { maxLength: 6 }).map((parts) => `/${parts.join('/')}`);
    const method = fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS');
    const query = fc.webQueryParameters();
    await fc.assert(
      fc.asyncProperty(method, path, query, async (method, path, query) => {
        const body = method === 'GET' || method === 'HEAD' ? {} : { body: '{"schemaVersion":2}' };
        const answer = await callApi(`${playground.url}${path}?${query}`, { method, ...body });
        expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 500 },
    );
  });

  it('gets no error of ours for any JSON pushed as a manifest', async () => {
    const types = [
      'application/vnd.oci.image.index.v1+json',
      'application/vnd.oci.image.manifest.v1+json',
      'application/vnd.docker.distribution.manifest.list.v2+json',
    ];
    const fields = fc.dictionary(
      fc.constantFrom(
        'schemaVersion',
        'mediaType',
        'manifests',
        'config',
        'layers',
        'subject',
        'annotations',
        '__proto__',
      ),
      fc.oneof(fc.constant(2), fc.constantFrom(...types), fc.jsonValue()),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...types), fc.oneof(fields, fc.jsonValue()), async (mediaType, value) => {
        const url = `${playground.url}/v2/property/json/manifests/v1`;
        const request = { method: 'PUT', headers: { 'content-type': mediaType }, body: JSON.stringify(value) };
        expect((await callApi(url, request)).status).toBeLessThan(500);
      }),
      { numRuns: 500 },
    );
  });
});
