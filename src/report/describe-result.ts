import type { TagStatus } from '../apply/apply-result.ts';

interface ResultTag {
  readonly status: TagStatus;
  readonly before: string | null;
  readonly after: string | null;
}

/** What the writers of results need of one: an `ApplyResult` and a `ResultDocument` both are one. */
export interface ResultLike {
  readonly changes: readonly {
    readonly index: string | null;
    readonly tags: readonly ResultTag[];
  }[];
  readonly interrupted: boolean;
}

/** `Apply: 2 tags moved, 1 stale` */
export function describeResult(result: ResultLike): string {
  const counts = countStatuses(result);
  const deletions = result.changes
    .filter(({ index }) => index === null)
    .flatMap(({ tags }) => tags)
    .filter(({ status }) => status === 'done').length;
  const repairs = result.changes.flatMap(({ tags }) => tags).filter(isRepaired).length;
  const moves = counts.done - deletions - repairs;
  const parts: readonly (readonly [number, string])[] = [
    [moves, sayTags(moves, 'moved')],
    [repairs, sayTags(repairs, 'repaired')],
    [deletions, sayTags(deletions, 'deleted')],
    [counts.already, 'already so'],
    [counts.stale, 'stale'],
    [counts.blocked, 'blocked'],
    [counts.failed, 'failed'],
    [counts['not-started'], 'not started'],
  ];
  const verdict = parts
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${count} ${words}`)
    .join(', ');
  return `${result.interrupted ? 'Apply interrupted' : 'Apply'}: ${verdict || 'nothing to do'}`;
}

/** True for a tag that holds what it held, over an image that was gone and is back. */
export function isRepaired({ status, before, after }: ResultTag): boolean {
  return status === 'done' && after !== null && before === after;
}

function sayTags(count: number, verb: string): string {
  return `${count === 1 ? 'tag' : 'tags'} ${verb}`;
}

/** A status in words. */
export function nameStatus(status: TagStatus): string {
  if (status === 'already') return 'already so';
  return status === 'not-started' ? 'not started' : status;
}

/** How many tags ended how. */
export function countStatuses({ changes }: ResultLike): Readonly<Record<TagStatus, number>> {
  const counts = { done: 0, already: 0, stale: 0, blocked: 0, failed: 0, 'not-started': 0 };
  for (const { status } of changes.flatMap(({ tags }) => tags)) counts[status] += 1;
  return counts;
}
