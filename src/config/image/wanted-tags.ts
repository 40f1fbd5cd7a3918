import type { Repository } from '../../oci/repository.ts';
import type { Findings } from '../findings.ts';
import { type Cursor, descend } from '../node.ts';
import { checkTag, readRepository } from '../read-reference.ts';
import { quote } from '../scalar-text.ts';
import type { ImageContext } from './image-context.ts';

/** A tag that an image is to be published under, and where that is written. */
export interface WantedTag {
  readonly repository: Repository;
  readonly tag: string;
  readonly where: Cursor;
  /** Where the repository is written. */
  readonly target: Cursor;
}

/** All tags of an image, in the order of the file; those with a fault are reported and left out. */
export function listWantedTags({ input, cursor, findings }: ImageContext): readonly WantedTag[] {
  const { target, tags, targets = [] } = input;
  const several = targets.flatMap((each, index) => {
    const at = descend(cursor, 'targets', index);
    checkTarget(at, findings);
    return readTarget({ ...each, name: 'repository' }, at, findings);
  });
  return [...readTarget({ repository: target, tags, name: 'target' }, cursor, findings), ...several];
}

interface Target {
  readonly repository?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** The key that holds the repository. */
  readonly name: 'target' | 'repository';
}

/** Both keys of an entry of `targets` must be there; of `target` and `tags`, the rules of the image say more. */
function checkTarget(cursor: Cursor, findings: Findings): void {
  for (const key of ['repository', 'tags']) {
    if (cursor.node.kind !== 'map' || cursor.node.entries.has(key)) continue;
    findings.error({ code: 'missing-key', where: cursor, message: `the key ${quote(key)} is missing` });
  }
}

function readTarget(
  { repository: text, tags = [], name }: Target,
  cursor: Cursor,
  findings: Findings,
): readonly WantedTag[] {
  const target = descend(cursor, name);
  const repository = text === undefined ? undefined : readRepository(text, target, findings);
  const places = tags.map((tag, index) => ({ tag, where: descend(cursor, 'tags', index) }));
  const valid = places.filter(({ tag, where }) => checkTag(tag, where, findings));
  return repository === undefined ? [] : valid.map(({ tag, where }) => ({ repository, tag, where, target }));
}
