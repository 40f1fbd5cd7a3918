import type { Digest } from '../oci/digest.ts';
import { formatRepository } from '../oci/repository.ts';
import type { LockFile } from '../state/lock-file.ts';
import type { Change, ChangeClass } from './plan.ts';

/** The most severe first. */
const SEVERITY: readonly ChangeClass[] = ['conflict', 'drift', 'adopt', 'pending'];

/** Three sides of one tag; null: nothing. */
export interface TagSides {
  /** What we last published; undefined when the lock file does not know. */
  readonly locked: Digest | undefined;
  readonly live: Digest | null;
  readonly wanted: Digest | null;
}

/** Pure: who is the cause of a tag not being as wanted. A tag that holds what is wanted was robbed of content below it. */
export function classifyTag({ locked, live, wanted }: TagSides): ChangeClass {
  if (locked === undefined) return live === null ? 'pending' : 'adopt';
  if (live === locked) return live === wanted ? 'drift' : 'pending';
  return wanted === locked || live === wanted ? 'drift' : 'conflict';
}

/** Pure: the change with its class, the most severe of its tags. */
export function classifyChange(change: Change, lock: LockFile): Change {
  const place = formatRepository(change.repository);
  const classes = change.tags.map(({ name, expect }) =>
    classifyTag({ locked: lock.tags.get(`${place}:${name}`), live: expect, wanted: change.index }),
  );
  return { ...change, class: SEVERITY.find((name) => classes.includes(name)) ?? 'pending' };
}
