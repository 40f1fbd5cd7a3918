import type { Repository } from '../../oci/repository.ts';
import type { Findings } from '../findings.ts';
import { type Cursor, descend, findValue } from '../node.ts';
import { readTagPattern } from '../read-pattern.ts';
import { checkTag, readRepository } from '../read-reference.ts';
import { quote } from '../scalar-text.ts';
import type { AbsenceInput } from '../schema/absence-schema.ts';
import type { TagPattern } from '../tag-pattern.ts';

/** One entry of `absent`, sound by itself; whether another place wants its tags is not looked at yet. */
export interface CheckedAbsence {
  readonly cursor: Cursor;
  readonly repository: Repository;
  readonly tags: readonly AbsentTag[];
  readonly patterns: readonly { readonly pattern: TagPattern; readonly where: Cursor }[];
  readonly except: ReadonlySet<string>;
}

export interface AbsentTag {
  readonly tag: string;
  readonly where: Cursor;
}

/** The sound entries of `absent`; what is wrong is reported. `cursor` is at the list. */
export function readAbsences(
  inputs: readonly AbsenceInput[],
  cursor: Cursor,
  findings: Findings,
): readonly CheckedAbsence[] {
  const entries = inputs.map((input, index) => readAbsence({ input, cursor: descend(cursor, index), findings }));
  return entries.filter((entry) => entry !== undefined);
}

interface Entry {
  readonly input: AbsenceInput;
  readonly cursor: Cursor;
  readonly findings: Findings;
}

function readAbsence({ input, cursor, findings }: Entry): CheckedAbsence | undefined {
  checkKeys({ input, cursor, findings });
  const { target, tags = [], tagsMatching = [], except = [] } = input;
  const repository = target === undefined ? undefined : readRepository(target, descend(cursor, 'target'), findings);
  const kept = new Set(except.filter((tag, index) => checkTag(tag, descend(cursor, 'except', index), findings)));
  const gone = tags.flatMap((tag, index) => {
    const where = descend(cursor, 'tags', index);
    return checkTag(tag, where, findings) ? [{ tag, where }] : [];
  });
  const patterns = tagsMatching.flatMap((text, index) => {
    const where = descend(cursor, 'tagsMatching', index);
    const pattern = readTagPattern(text, where, findings);
    return pattern === undefined ? [] : [{ pattern, where }];
  });
  for (const { tag, where } of gone.filter((each) => kept.has(each.tag))) {
    const message = `${quote(tag)} is also in except`;
    findings.error({ code: 'conflicting-keys', where, message, hint: 'remove it from one of the two' });
  }
  return repository === undefined ? undefined : { cursor, repository, tags: gone, patterns, except: kept };
}

function checkKeys({ cursor, findings }: Entry): void {
  const isGiven = (key: keyof AbsenceInput): boolean => findValue(cursor.node, key) !== undefined;
  if (cursor.node.kind !== 'map') return;
  const missing = (message: string, hint: string): void =>
    findings.error({ code: 'missing-key', where: cursor, message, hint });
  if (!isGiven('target')) missing('the key "target" is missing', 'name the repository');
  if (!isGiven('tags') && !isGiven('tagsMatching')) {
    missing('this does not say which tags are to be gone', 'name them with tags, or by patterns with tagsMatching');
  }
  if (isGiven('except') && !isGiven('tagsMatching')) {
    const message = 'except needs tagsMatching';
    const hint = 'it names tags that stay although a pattern matches them';
    findings.error({ code: 'missing-key', where: descend(cursor, 'except'), message, hint });
  }
}
