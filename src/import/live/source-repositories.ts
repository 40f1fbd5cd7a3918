import type { Digest } from '../../oci/digest.ts';
import { formatRepository, type Repository, toRepositoryKey } from '../../oci/repository.ts';
import type { RegistryClient, RequestOptions } from '../../registry/client.ts';
import type { LiveRequest } from './request.ts';
import type { SourceRepository } from './source-search.ts';
import { MAX_TAGS, type TagFacts } from './tag-facts.ts';

export interface KnownTags {
  readonly request: Pick<LiveRequest, 'selections' | 'pin'>;
  /** Of the selections, in their order. */
  readonly own: readonly TagFacts[];
  /** Of repositories that were read whole. */
  readonly others: readonly TagFacts[];
}

/** The repositories that are imported and those named as sources, each once, with all their tags. */
export async function listSourceRepositories(
  client: RegistryClient,
  { request, own, others }: KnownTags,
  options: RequestOptions,
): Promise<readonly SourceRepository[]> {
  const known = [...own, ...others].flatMap(({ facts }) => facts);
  const repositories = new Map<string, Repository>();
  for (const { repository } of request.selections) repositories.set(toRepositoryKey(repository), repository);
  for (const { repository } of known) repositories.set(toRepositoryKey(repository), repository);
  const found: SourceRepository[] = [];
  for (const [key, repository] of repositories) {
    const facts = known.filter((fact) => toRepositoryKey(fact.repository) === key);
    const images = facts.filter(({ kind }) => kind === 'image').map(({ tag, digest }) => [tag, digest] as const);
    const isPartial = request.selections.some(
      ({ repository: each, tags, globs }) => toRepositoryKey(each) === key && tags.length + globs.length > 0,
    );
    const listed = isPartial && request.pin !== 'always' ? await listQuietly(client, repository, options) : [];
    const tags = new Set([...facts.map(({ tag }) => tag), ...listed]);
    found.push({ repository, tags: [...tags], images: new Map(images) });
  }
  return found;
}

/** Without the right to list there are only the tags that were named. */
async function listQuietly(
  client: RegistryClient,
  repository: Repository,
  options: RequestOptions,
): Promise<readonly string[]> {
  try {
    return (await client.listTags(repository, options)).slice(0, MAX_TAGS);
  } catch {
    options.signal?.throwIfAborted();
    return [];
  }
}

/** Pure: a tag for each image that has one, the longest, as it says most. */
export function listTagsByDigest(known: readonly TagFacts[]): ReadonlyMap<Digest, string> {
  const found = new Map<Digest, string>();
  for (const { repository, tag, digest, kind } of known.flatMap(({ facts }) => facts)) {
    const name = `${formatRepository(repository)}:${tag}`;
    if (kind === 'image' && name.length > (found.get(digest)?.length ?? 0)) found.set(digest, name);
  }
  return found;
}
