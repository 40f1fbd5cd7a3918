import { type Digest, parseDigest } from '../oci/digest.ts';
import { parseRepository } from '../oci/repository.ts';
import type { ApplyResult } from './apply-result.ts';
import type { ResultDocument } from './result-schema.ts';

/** The result that a document was made of, with what guards held back among its changes. Throws for names that are none. */
export function fromResultDocument({ changes, interrupted }: ResultDocument): ApplyResult {
  return {
    interrupted,
    changes: changes.map(({ id, origin, repository, index, tags }) => ({
      id,
      origin,
      repository: parseRepository(repository),
      index: toDigest(index),
      tags: tags.map((tag) => ({ ...tag, before: toDigest(tag.before), after: toDigest(tag.after) })),
    })),
  };
}

function toDigest(text: string | null): Digest | null {
  return text === null ? null : parseDigest(text);
}
