import { formatReference } from '../../oci/reference.ts';
import { formatRepository, toRepositoryKey } from '../../oci/repository.ts';
import type { DeclaredAbsence } from '../declaration.ts';
import type { Findings, Place } from '../findings.ts';
import type { WantedTag } from '../image/wanted-tags.ts';
import { matchesSome } from '../read-pattern.ts';
import { quote } from '../scalar-text.ts';
import { describePlace, findOrigin } from '../source-file.ts';
import type { AbsentTag, CheckedAbsence } from './read-absences.ts';

/** A declared absence, and what it was made of. */
export interface TracedAbsence {
  readonly declared: DeclaredAbsence;
  readonly absence: CheckedAbsence;
  readonly tags: readonly AbsentTag[];
}

/**
 * Makes declared absences of what the files say. A tag that is wanted and absent is reported with both places, and so is
 * a wanted tag that a pattern matches. A tag that is absent twice counts once, with a note.
 */
export function settleAbsences(
  absences: readonly CheckedAbsence[],
  wanted: readonly WantedTag[],
  findings: Findings,
): readonly TracedAbsence[] {
  const index = indexTags(wanted);
  for (const absence of absences) checkOverlap(absence, index.get(toRepositoryKey(absence.repository)), findings);
  const claims = new Map<string, Place>();
  const names = new Map<string, number>();
  return absences.flatMap((absence) => {
    const tags = absence.tags.filter((each) => claimAbsence(claims, { absence, ...each, findings }));
    if (tags.length === 0 && absence.patterns.length === 0) return [];
    const name = `absent ${formatRepository(absence.repository)}`;
    const count = (names.get(name) ?? 0) + 1;
    names.set(name, count);
    const declared: DeclaredAbsence = {
      id: count === 1 ? name : `${name} ${count}`,
      origin: findOrigin(absence.cursor.node),
      repository: absence.repository,
      tags: tags.map(({ tag }) => tag),
      tagsMatching: absence.patterns.map(({ pattern }) => pattern),
      except: [...absence.except],
    };
    return [{ declared, absence, tags }];
  });
}

/** Wanted tags of one repository, and where they are wanted first. */
type TagPlaces = ReadonlyMap<string, Place>;

function indexTags(wanted: readonly WantedTag[]): ReadonlyMap<string, TagPlaces> {
  const index = new Map<string, Map<string, Place>>();
  for (const { repository, tag, where } of wanted) {
    const key = toRepositoryKey(repository);
    const tags = index.get(key) ?? new Map<string, Place>();
    if (!tags.has(tag)) index.set(key, tags.set(tag, where));
  }
  return index;
}

function checkOverlap(absence: CheckedAbsence, wanted: TagPlaces | undefined, findings: Findings): void {
  if (wanted === undefined) return;
  for (const { tag, where } of absence.tags) {
    const other = wanted.get(tag);
    if (other === undefined) continue;
    const message = `${quote(formatReference({ repository: absence.repository, tag }), 200)} is to be gone, and it is wanted ${describePlace(other.node, where.node)}`;
    findings.error({ code: 'wanted-and-absent', where, message, hint: 'remove it from one of the two places' });
  }
  for (const { pattern, where } of absence.patterns) {
    const match = [...wanted].find(
      ([tag]) => !absence.except.has(tag) && matchesSome([pattern], tag, { where, findings }),
    );
    if (match === undefined) continue;
    const [tag, other] = match;
    const message = `${quote(pattern.text)} matches ${quote(tag)}, which is wanted ${describePlace(other.node, where.node)}`;
    findings.error({ code: 'wanted-and-absent', where, message, hint: 'name the tag under except' });
  }
}

interface Claim {
  readonly absence: CheckedAbsence;
  readonly tag: string;
  readonly where: Place;
  readonly findings: Findings;
}

/** False when the tag is already absent by another entry. */
function claimAbsence(claims: Map<string, Place>, { absence, tag, where, findings }: Claim): boolean {
  const key = `${toRepositoryKey(absence.repository)}:${tag}`;
  const other = claims.get(key);
  if (other === undefined) {
    claims.set(key, where);
    return true;
  }
  const message = `${quote(tag)} is already to be gone ${describePlace(other.node, where.node)}`;
  findings.note({ code: 'duplicate-tag', where, message });
  return false;
}
