import { PlaitError } from '../errors/plait-error.ts';
import type { Digest } from '../oci/digest.ts';
import { compareText } from '../oci/text-order.ts';
import type { LockFile } from './lock-file.ts';
import type { FloatingSource } from './pin.ts';
import type { SourceAnswer } from './resolve-sources.ts';

/**
 * What becomes of an entry of the lock file, or what is wrong with it. `absent`: an optional source that does not exist, which
 * needs no pin.
 */
export type LockStatus =
  | 'pinned'
  | 'updated'
  | 'kept'
  | 'dropped'
  | 'absent'
  | 'ok'
  | 'missing'
  | 'moved'
  | 'gone'
  | 'unneeded';

export interface LockRow {
  /** `repository:tag`. */
  readonly name: string;
  readonly status: LockStatus;
  /** What the lock file says; null: nothing. */
  readonly before: Digest | null;
  /** What it says from now on, or in a check what the tag holds; null: nothing. */
  readonly after: Digest | null;
}

export interface LockFailure {
  readonly name: string;
  readonly error: PlaitError;
}

export interface LockReport {
  /** Sorted by name. */
  readonly sources: readonly LockRow[];
  /** Records of tags that the config does not name any more. */
  readonly tags: readonly LockRow[];
  readonly failures: readonly LockFailure[];
}

/** What a lock file is compared with. */
export interface LockQuestion {
  readonly lock: LockFile;
  /** Every floating source of the config. */
  readonly floating: readonly FloatingSource[];
  /** Of the sources that were asked for. */
  readonly answers: ReadonlyMap<string, SourceAnswer>;
  readonly isManaged: (tag: string) => boolean;
}

/** Pure: what `plait lock` does. Sources that were not asked for keep their pin, and so do those that gave no answer. */
export function updateLock(question: LockQuestion): LockReport {
  const { floating, answers } = question;
  return {
    sources: [...floating.map((source) => updateRow(question, source)), ...listIdle(question, 'dropped')].sort(byName),
    tags: listUnmanaged(question, 'dropped'),
    failures: floating.flatMap((source) => findFailure(source, answers.get(source.name))),
  };
}

function updateRow({ lock, answers }: LockQuestion, { name, isOptional }: FloatingSource): LockRow {
  const before = lock.sources.get(name) ?? null;
  const answer = answers.get(name);
  if (answer?.kind === 'found') {
    const { digest } = answer;
    return { name, status: before === null ? 'pinned' : before === digest ? 'kept' : 'updated', before, after: digest };
  }
  if (answer?.kind === 'absent' && isOptional) {
    return { name, status: before === null ? 'absent' : 'dropped', before, after: null };
  }
  return { name, status: before === null ? 'missing' : 'kept', before, after: before };
}

/** Pure: what `plait lock --check` finds. `held`: of the pinned digests that the tag does not hold any more. */
export function checkLock(question: LockQuestion, held: ReadonlyMap<string, SourceAnswer>): LockReport {
  const { floating, answers, lock } = question;
  const failures = floating.flatMap(({ name, isOptional }) => {
    const isPinned = lock.sources.has(name);
    return [
      ...findFailure({ name, isOptional: isOptional || isPinned }, answers.get(name)),
      ...findFailure({ name, isOptional: true }, held.get(name)),
    ];
  });
  return {
    sources: [...floating.map((source) => checkRow(question, source, held)), ...listIdle(question, 'unneeded')].sort(
      byName,
    ),
    tags: listUnmanaged(question, 'unneeded'),
    failures,
  };
}

function checkRow(
  { lock, answers }: LockQuestion,
  { name, isOptional }: FloatingSource,
  held: ReadonlyMap<string, SourceAnswer>,
): LockRow {
  const before = lock.sources.get(name) ?? null;
  const answer = answers.get(name);
  const after = answer?.kind === 'found' ? answer.digest : null;
  if (before === null) {
    return { name, status: answer?.kind === 'absent' && isOptional ? 'absent' : 'missing', before, after };
  }
  if (held.get(name)?.kind === 'absent') return { name, status: 'gone', before, after };
  const isUnknown = answer === undefined || answer.kind === 'failed';
  return { name, status: isUnknown || after === before ? 'ok' : 'moved', before, after };
}

/** Pins of sources that the config does not name any more, or names by a digest now. */
function listIdle({ lock, floating }: LockQuestion, status: LockStatus): readonly LockRow[] {
  const wanted = new Set(floating.map(({ name }) => name));
  return [...lock.sources]
    .filter(([name]) => !wanted.has(name))
    .map(([name, before]) => ({ name, status, before, after: null }));
}

function listUnmanaged({ lock, isManaged }: LockQuestion, status: LockStatus): readonly LockRow[] {
  return [...lock.tags]
    .filter(([name]) => !isManaged(name))
    .map(([name, before]): LockRow => ({ name, status, before, after: null }))
    .sort(byName);
}

function findFailure(
  { name, isOptional }: Pick<FloatingSource, 'name' | 'isOptional'>,
  answer: SourceAnswer | undefined,
): readonly LockFailure[] {
  if (answer?.kind === 'failed') return [{ name, error: answer.error }];
  if (answer?.kind !== 'absent' || isOptional) return [];
  const error = new PlaitError('SOURCE_MISSING', `${name} does not exist`, {
    hint: 'push it first, or correct its name; a platform that may be absent is declared  optional: true',
  });
  return [{ name, error }];
}

function byName(a: LockRow, b: LockRow): number {
  return compareText(a.name, b.name);
}

/** Pure: `current`, which may have changed meanwhile, with what `report` says is to be changed. */
export function applyReport(current: LockFile, { sources, tags }: LockReport): LockFile {
  const pins = new Map(current.sources);
  for (const { name, status, after } of sources) {
    if (status === 'dropped') pins.delete(name);
    if ((status === 'pinned' || status === 'updated') && after !== null) pins.set(name, after);
  }
  const records = new Map(current.tags);
  for (const { name } of tags) records.delete(name);
  return { sources: pins, tags: records };
}
