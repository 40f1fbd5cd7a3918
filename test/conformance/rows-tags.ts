import { expect } from 'vitest';
import type { RawAnswer } from '../support/raw-http.ts';
import { type Api, send } from './api.ts';
import { defineSection } from './requirement.ts';
import { nextPageOf, pushImage, pushManifest } from './steps.ts';

interface TagList {
  readonly name: string;
  readonly tags: readonly string[] | null;
}

const TAGS = ['0', '1.0', '1.1', '10', '2', 'alpha', 'beta', 'beta-1', 'gamma'];
/** Neither the order in which they are pushed nor its reverse. */
const PUSHED = ['beta', '10', 'gamma', '0', '1.1', 'alpha', '2', 'beta-1', '1.0'];

/** A repository with these tags on one image. */
async function pushTags(api: Api, tags: readonly string[] = PUSHED): Promise<void> {
  const image = await pushImage(api, 'tagged');
  for (const tag of tags) await pushManifest(api, image, tag);
}

function list(api: Api, query = ''): Promise<RawAnswer> {
  return send(api, `${api.repository}/tags/list${query}`);
}

/** None is also said as `null`, in which Go writes an empty list. */
function tagsOf({ text }: RawAnswer): readonly string[] {
  return (JSON.parse(text) as TagList).tags ?? [];
}

/** The tags of a page and of all pages that `Link` leads to from there. */
async function listPages(api: Api, query: string): Promise<readonly (readonly string[])[]> {
  const pages: (readonly string[])[] = [];
  let url: string | undefined = `${api.url}/v2/${api.repository}/tags/list${query}`;
  while (url !== undefined && pages.length < 50) {
    const answer = await send(api, url);
    expect(answer.status).toBe(200);
    pages.push(tagsOf(answer));
    const next = nextPageOf(answer);
    url = next === undefined ? undefined : new URL(next, url).href;
  }
  return pages;
}

/** Everything about the list of tags. */
export const TAG_ROWS = defineSection({ section: 'Listing Tags', prefix: 'tags' }, [
  [
    'list',
    'MUST',
    'answers 200 with the name of the repository and its tags, in JSON',
    async (api) => {
      await pushTags(api);
      const answer = await list(api);
      const { name, tags } = JSON.parse(answer.text) as TagList;
      expect([answer.status, name, [...(tags ?? [])].sort()]).toEqual([200, api.repository, TAGS]);
    },
  ],
  [
    'order',
    'MUST',
    'lists tags in lexical order',
    async (api) => {
      await pushTags(api);
      expect(tagsOf(await list(api))).toEqual(TAGS);
    },
  ],
  [
    'order-of-capitals',
    'MUST',
    'lists capitals among the small letters, as 1.1 says, or before them, as registries do and its successor says',
    async (api) => {
      await pushTags(api, ['b', 'A', 'a1', 'C', 'B2']);
      const byLetters = ['A', 'a1', 'b', 'B2', 'C'];
      const byCodes = ['A', 'B2', 'C', 'a1', 'b'];
      expect([byLetters, byCodes]).toContainEqual(tagsOf(await list(api)));
    },
  ],
  [
    'empty',
    'MUST',
    'answers 200 for a repository without tags',
    async (api) => {
      await pushImage(api, 'untagged');
      const { status, text } = await list(api);
      expect([status, JSON.parse(text)]).toEqual([200, { name: api.repository, tags: [] }]);
    },
  ],
  [
    'missing-repository',
    'says',
    'answers 404 for a repository that does not exist',
    async (api) => {
      expect((await list(api)).status).toBe(404);
    },
  ],
  [
    'n',
    'MUST',
    'gives as many tags as asked for, or fewer with a Link',
    async (api) => {
      await pushTags(api);
      const answer = await list(api, '?n=4');
      const tags = tagsOf(answer);
      expect(TAGS.slice(0, 4).slice(0, tags.length)).toEqual(tags);
      expect(tags.length === 4 || answer.headers.link !== undefined).toBe(true);
    },
  ],
  [
    'n-from-start',
    'says',
    'begins at the start of the list when no tag is named',
    async (api) => {
      await pushTags(api);
      expect(tagsOf(await list(api, '?n=1'))).toEqual(['0']);
    },
  ],
  [
    'n-of-all',
    'MUST',
    'gives all tags when more are asked for than there are, and no Link',
    async (api) => {
      await pushTags(api);
      const answer = await list(api, '?n=20');
      expect([tagsOf(answer), answer.headers.link]).toEqual([TAGS, undefined]);
    },
  ],
  [
    'n-exactly-all',
    'says',
    'leads to no further tag when exactly as many are asked for as there are',
    async (api) => {
      await pushTags(api);
      expect((await listPages(api, '?n=9')).flat()).toEqual(TAGS);
    },
  ],
  [
    'n-zero',
    'MUST',
    'gives no tag when none is asked for',
    async (api) => {
      await pushTags(api);
      const answer = await list(api, '?n=0');
      expect([answer.status, tagsOf(answer)]).toEqual([200, []]);
    },
  ],
  [
    'n-zero-link',
    'MUST NOT',
    'sends a Link when no tag is asked for',
    async (api) => {
      await pushTags(api);
      expect((await list(api, '?n=0')).headers.link).toBeUndefined();
    },
  ],
  [
    'link',
    'MUST',
    'writes a Link, if there is one, as RFC 5988 has it, with rel="next"; it leads to all tags, each once',
    async (api) => {
      await pushTags(api);
      const pages = await listPages(api, '?n=2');
      expect(TAGS.slice(0, pages.flat().length)).toEqual(pages.flat());
      expect(pages.length === 1 || pages.flat().length === TAGS.length).toBe(true);
    },
  ],
  [
    'last',
    'says',
    'begins behind the tag that is named, and does not repeat it',
    async (api) => {
      await pushTags(api);
      expect(tagsOf(await list(api, '?n=3&last=10'))).toEqual(['2', 'alpha', 'beta']);
    },
  ],
  [
    'last-without-n',
    'says',
    'gives all that come behind the tag that is named when no number is',
    async (api) => {
      await pushTags(api);
      expect((await listPages(api, '?last=alpha')).flat()).toEqual(['beta', 'beta-1', 'gamma']);
    },
  ],
  [
    'last-order',
    'MUST',
    'keeps the lexical order behind the tag that is named',
    async (api) => {
      await pushTags(api);
      expect(tagsOf(await list(api, '?n=9&last=1.0'))).toEqual(['1.1', '10', '2', 'alpha', 'beta', 'beta-1', 'gamma']);
    },
  ],
  [
    'last-of-all',
    'says',
    'gives none behind the last tag',
    async (api) => {
      await pushTags(api);
      expect(tagsOf(await list(api, '?n=3&last=gamma'))).toEqual([]);
    },
  ],
  [
    'last-pages',
    'says',
    'leads to the end with n and last alone',
    async (api) => {
      await pushTags(api);
      const seen: string[] = [];
      for (let page = 0; page < TAGS.length; page += 1) {
        const last = seen.at(-1);
        seen.push(...tagsOf(await list(api, `?n=4${last === undefined ? '' : `&last=${last}`}`)));
      }
      expect(seen).toEqual(TAGS);
    },
  ],
]);
