import type { Digest } from '../oci/digest.ts';
import { formatRepository } from '../oci/repository.ts';
import type { Plan } from '../plan/plan.ts';
import type { LockFile } from '../state/lock-file.ts';
import type { ApplyResult, TagResult } from './apply-result.ts';

/** What an apply has to say for the lock file. Keys are `repository:tag`. */
export interface LockNews {
  /** The floating sources of images that are published now. */
  readonly sources: ReadonlyMap<string, Digest>;
  /** Tags that were found to hold what was pushed, or what was to be pushed. */
  readonly published: ReadonlyMap<string, Digest>;
  /** Tags that were right when the plan was made. */
  readonly confirmed: ReadonlyMap<string, Digest>;
  readonly deleted: ReadonlySet<string>;
}

/** Pure: what was done, and nothing of what failed or did not begin. */
export function collectNews(plan: Plan, result: ApplyResult): LockNews {
  const done = result.changes.flatMap(({ id, repository, index, tags }) =>
    tags
      .filter(isDone)
      .map(({ name, after }) => ({ id, index, after, name: `${formatRepository(repository)}:${name}` })),
  );
  const images = new Set([...done, ...plan.unchanged].map(({ id }) => id));
  return {
    sources: new Map((plan.sources ?? []).filter(({ id }) => images.has(id)).map(({ name, digest }) => [name, digest])),
    published: new Map(done.flatMap(({ name, after }) => (after === null ? [] : [[name, after] as const]))),
    confirmed: new Map(
      plan.unchanged.flatMap(({ repository, tags }) =>
        tags.map(({ name, digest }) => [`${formatRepository(repository)}:${name}`, digest] as const),
      ),
    ),
    deleted: new Set(done.filter(({ index }) => index === null).map(({ name }) => name)),
  };
}

function isDone({ status }: TagResult): boolean {
  return status === 'done' || status === 'already';
}

/**
 * Pure: `current`, the lock file as it is now, with the news of a run that began with `before`. A tag that another run has
 * recorded since, and this one only looked at, stays as the other one left it.
 */
export function addNews(current: LockFile, news: LockNews, before: LockFile): LockFile {
  const tags = new Map(current.tags);
  for (const [name, digest] of news.confirmed) {
    if (current.tags.get(name) === before.tags.get(name)) tags.set(name, digest);
  }
  for (const [name, digest] of news.published) tags.set(name, digest);
  for (const name of news.deleted) tags.delete(name);
  return { sources: new Map([...current.sources, ...news.sources]), tags };
}
