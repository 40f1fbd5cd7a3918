import { PlaitError } from '../errors/plait-error.ts';
import { formatRepository, isTag } from '../oci/repository.ts';
import type { BufferedResponse } from '../transport/message.ts';
import type { RequestOptions } from './client.ts';
import type { Place } from './context.ts';
import { toTagsPath } from './endpoint.ts';
import { toRegistryError } from './errors.ts';
import { findNextLink } from './link.ts';
import { isNotFound } from './not-found.ts';

/** ECR refuses more. */
const PAGE_SIZE = 1000;
const PAGE_LIMIT = { maxBytes: 16 * 1024 * 1024 };
const MAX_PAGES = 10_000;

/**
 * All tags in the order of the registry; empty when there is no such repository (distribution-spec end-8). Follows Link; asks on
 * after a full page without one; stops where a page brings nothing new. What is no tag is left out.
 */
export async function listTags(place: Place, options: RequestOptions = {}): Promise<readonly string[]> {
  const tags = new Set<string>();
  const visited = new Set<string>();
  let next: URL | undefined = new URL(
    `${toTagsPath(place.repository)}?n=${PAGE_SIZE}`,
    await place.channel.findOrigin(),
  );
  while (next !== undefined && !visited.has(next.href) && visited.size < MAX_PAGES) {
    visited.add(next.href);
    const page: Page = await readPage(place, next, { isFirst: visited.size === 1, options });
    const known = tags.size;
    for (const tag of page.tags) tags.add(tag);
    next = tags.size === known ? undefined : findNextPage(page);
  }
  return [...tags].filter(isTag);
}

interface Page {
  readonly url: URL;
  readonly tags: readonly string[];
  readonly link: URL | undefined;
}

function findNextPage(page: Page): URL | undefined {
  if (page.link !== undefined) return page.link;
  const last = page.tags.at(-1);
  if (last === undefined || page.tags.length < PAGE_SIZE) return undefined;
  return new URL(`?n=${PAGE_SIZE}&last=${encodeURIComponent(last)}`, page.url);
}

interface PageOptions {
  readonly isFirst: boolean;
  readonly options: RequestOptions;
}

async function readPage(place: Place, url: URL, { isFirst, options }: PageOptions): Promise<Page> {
  const purpose = `list the tags of ${formatRepository(place.repository)}`;
  const response = await place.channel.send(
    {
      method: 'GET',
      target: url,
      purpose,
      headers: { accept: 'application/json' },
      access: [{ path: place.repository.path, actions: ['pull'] }],
      signal: options.signal,
    },
    PAGE_LIMIT,
  );
  // zot answers 404 to a `last` it does not know; on the first page it means that there is no repository.
  if (response.status === 404 && (!isFirst || isNotFound(response))) return { url, tags: [], link: undefined };
  if (response.status !== 200) throw toRegistryError({ channel: place.channel, purpose, method: 'GET', response });
  return { url, tags: parseTags(response, purpose), link: findNextLink(response, purpose) };
}

function parseTags(response: BufferedResponse, purpose: string): readonly string[] {
  const tags = findTags(response.body);
  if (tags !== undefined) return tags;
  throw new PlaitError(
    'REGISTRY_PROTOCOL',
    `could not ${purpose}: ${response.url.host} did not answer with a list of tags`,
    {
      hint: `check that ${response.url.host} is a registry`,
    },
  );
}

/** The strings in `tags`; a missing list and null are empty. Undefined when the body is no tag list. */
function findTags(body: Uint8Array): readonly string[] | undefined {
  try {
    const document: unknown = JSON.parse(new TextDecoder().decode(body));
    if (typeof document !== 'object' || document === null) return undefined;
    const tags: unknown = (document as { tags?: unknown }).tags ?? [];
    return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : undefined;
  } catch {
    return undefined;
  }
}
