import type { Declaration, DeclaredContent, PlatformSource } from '../config/declaration.ts';
import { isPlaitError, PlaitError } from '../errors/plait-error.ts';
import type { Digest } from '../oci/digest.ts';
import { formatReference, type Reference } from '../oci/reference.ts';
import { compareText } from '../oci/text-order.ts';
import type { LockFile } from './lock-file.ts';

/** A source that is named by its tag alone, so that what it is may change at any time. */
export interface FloatingSource {
  /** `repository:tag`, complete and canonical, as in a lock file. */
  readonly name: string;
  readonly reference: Reference;
  /** True when every entry that names it is `optional`. */
  readonly isOptional: boolean;
}

/** A floating source and what it is. */
export interface PinnedSource {
  readonly name: string;
  readonly digest: Digest;
}

/** Pure: every floating source of `declarations` once, sorted by name. */
export function listFloatingSources(declarations: readonly Declaration[]): readonly FloatingSource[] {
  const found = new Map<string, FloatingSource>();
  for (const { reference, isOptional } of declarations.flatMap(({ content }) => listReferences(content))) {
    if (reference.digest !== undefined) continue;
    const name = formatReference(reference);
    const earlier = found.get(name);
    found.set(name, { name, reference, isOptional: isOptional && (earlier?.isOptional ?? true) });
  }
  return [...found.values()].sort((a, b) => compareText(a.name, b.name));
}

function listReferences(content: DeclaredContent): readonly Pick<FloatingSource, 'reference' | 'isOptional'>[] {
  if (content.kind !== 'platforms') return [{ reference: content.from, isOptional: false }];
  return content.entries.map(({ source, optional }) => ({ reference: source, isOptional: optional }));
}

/** Pure: `reference` with the digest that `lock` has for it. Throws LOCK_MISSING when there is none. */
export function pinReference(reference: Reference, lock: LockFile): Reference {
  const digest = findPin(reference, lock);
  if (digest !== undefined) return { ...reference, digest };
  throw new PlaitError('LOCK_MISSING', `${formatReference(reference)} is not in the lock file`, {
    hint: 'pin it with  plait lock  and commit the lock file',
  });
}

/** Pure: as {@link pinReference}, but undefined for an `optional` entry that the lock file does not hold: it is absent. */
export function pinEntry(entry: PlatformSource, lock: LockFile): PlatformSource | undefined {
  if (entry.optional && findPin(entry.source, lock) === undefined) return undefined;
  return { ...entry, source: pinReference(entry.source, lock) };
}

function findPin(reference: Reference, lock: LockFile): Digest | undefined {
  return reference.digest ?? lock.sources.get(formatReference(reference));
}

/** Pure: `error` of reading the declared `reference`; when the lock file chose the digest, the hint says how to choose anew. */
export function explainPinned(error: PlaitError, reference: Reference): PlaitError {
  if (reference.digest !== undefined || !isPlaitError(error, 'SOURCE_MISSING')) return error;
  return new PlaitError('SOURCE_MISSING', error.message, {
    hint: `the lock file pins it; to take what the tag holds now:  plait lock --update ${formatReference(reference)}`,
    cause: error,
  });
}
