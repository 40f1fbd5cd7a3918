import type { Repository } from '../../oci/repository.ts';
import { isTag } from '../../oci/repository.ts';
import type { Findings, Place } from '../findings.ts';
import { type Cursor, descend } from '../node.ts';
import { readRepository } from '../read-reference.ts';
import { quote } from '../scalar-text.ts';
import type { ImageContext } from './image-context.ts';

/** A tag that an image is to be published under, and where that is written. */
export interface WantedTag {
  readonly repository: Repository;
  readonly tag: string;
  readonly where: Place;
}

/** All tags of an image, in the order of the file; those with a fault are reported and left out. */
export function listWantedTags({ input, cursor, findings }: ImageContext): readonly WantedTag[] {
  const own = readTarget(input, cursor, findings);
  const targets = input.targets ?? [];
  return [
    ...own,
    ...targets.flatMap((target, index) =>
      readTarget({ target: target.repository, tags: target.tags }, descend(cursor, 'targets', index), findings),
    ),
  ];
}

function readTarget(
  { target, tags = [] }: { readonly target?: string | undefined; readonly tags?: readonly string[] | undefined },
  cursor: Cursor,
  findings: Findings,
): readonly WantedTag[] {
  const at = descend(cursor, 'target');
  const repository =
    target === undefined
      ? undefined
      : readRepository(target, at.path === cursor.path ? descend(cursor, 'repository') : at, findings);
  const valid = tags
    .map((tag, index) => ({ tag, where: descend(cursor, 'tags', index) }))
    .filter((each) => checkTag(each, findings));
  return repository === undefined ? [] : valid.map(({ tag, where }) => ({ repository, tag, where }));
}

function checkTag({ tag, where }: { readonly tag: string; readonly where: Place }, findings: Findings): boolean {
  if (isTag(tag)) return true;
  findings.error({
    code: 'invalid-tag',
    where,
    message: `${quote(tag, 160)} is not a tag`,
    hint: /[/:@]/.test(tag)
      ? 'write only the tag; the repository is the target'
      : 'at most 128 letters, digits, _ . and -, and neither . nor - at the start',
  });
  return false;
}
