import type { Digest } from '../oci/digest.ts';
import type { Repository } from '../oci/repository.ts';

/**
 * How one tag ended. `already`: it held what was wanted before we came to it. `stale`: it holds something else than the
 * plan was made for. `blocked`: it moved since the plan, and a guard has something against what it would take now.
 * `not-started`: nothing was tried, because the run stopped before.
 */
export type TagStatus = 'done' | 'already' | 'stale' | 'blocked' | 'failed' | 'not-started';

export interface TagResult {
  readonly name: string;
  readonly status: TagStatus;
  /** What the tag held when it was last read; null: nothing. */
  readonly before: Digest | null;
  /** What it holds now as far as is known; null: nothing, or not known. */
  readonly after: Digest | null;
  /** Why, for `stale`, `blocked` and `failed`. */
  readonly code: string | null;
  readonly message: string | null;
  readonly hint: string | null;
}

export interface ChangeResult {
  readonly id: string;
  readonly origin: string;
  readonly repository: Repository;
  /** What the tags were to hold; null: nothing, they were to be deleted. */
  readonly index: Digest | null;
  readonly tags: readonly TagResult[];
}

/** What an apply did, tag by tag. Also made when it failed or was interrupted. */
export interface ApplyResult {
  readonly changes: readonly ChangeResult[];
  readonly interrupted: boolean;
}

const WRITTEN_CODES: readonly (string | null)[] = ['TAG_OVERWRITTEN', 'TAG_UNVERIFIED', 'PUSH_UNSETTLED'];

/** True when the registry took the tag, or may have: whoever has it now and whether or not it could be read back. */
export function isWritten({ status, code }: TagResult): boolean {
  return status === 'done' || WRITTEN_CODES.includes(code);
}

const STATUSES: readonly TagStatus[] = ['done', 'already', 'stale', 'blocked', 'failed', 'not-started'];

/** How many tags ended how; every status is there. */
export function countStatuses(result: ApplyResult): Readonly<Record<string, number>> {
  return Object.fromEntries(STATUSES.map((status) => [status, countTags(result, status)]));
}

/** How many tags ended in `status`. */
export function countTags(result: ApplyResult, status: TagStatus): number {
  return result.changes.flatMap((change) => change.tags).filter((tag) => tag.status === status).length;
}
