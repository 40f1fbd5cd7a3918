import { type Digest, parseDigest } from '../oci/digest.ts';
import { parseRepository } from '../oci/repository.ts';
import type { Reversal } from '../state/read-reversals.ts';
import type { ResultDocument } from './result-schema.ts';

type DocumentChange = ResultDocument['changes'][number];
type DocumentTag = DocumentChange['tags'][number];

/**
 * Pure: the tags that an apply moved, created or deleted. Those that it may have moved are among them (PUSH_UNSETTLED,
 * TAG_UNVERIFIED, a deletion whose answer was lost): what they hold now tells. Not those that were right before, that
 * nothing was done for, or that somebody else has written since (TAG_OVERWRITTEN).
 */
export function listReversals({ changes }: ResultDocument): readonly Reversal[] {
  return changes.flatMap((change) =>
    change.tags.flatMap((tag): readonly Reversal[] => {
      const left = findLeft(change, tag);
      const before = toDigest(tag.before);
      if (left === undefined || left === before) return [];
      const { id, origin } = change;
      return [{ id, origin, repository: parseRepository(change.repository), tag: tag.name, left, before }];
    }),
  );
}

/** What the apply left under the tag, or may have; null: nothing. Undefined when it did nothing. */
function findLeft({ index }: DocumentChange, { status, code, after }: DocumentTag): Digest | null | undefined {
  if (status === 'done') return toDigest(after);
  if (status !== 'failed') return undefined;
  if (index === null) return code === 'REGISTRY_UNREACHABLE' ? null : undefined;
  if (code === 'TAG_UNVERIFIED') return toDigest(after) ?? parseDigest(index);
  return code === 'PUSH_UNSETTLED' ? parseDigest(index) : undefined;
}

function toDigest(text: string | null): Digest | null {
  return text === null ? null : parseDigest(text);
}
