import type { Api } from './api.ts';

/** Key word of RFC 2119. `says`: no key word, but plain words of the text or a status in one of its tables. */
export type Level = 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT' | 'MAY' | 'says';

/**
 * Something that not every server can be put into: one that has `locked` all deletes, one that is `guarded` by a password,
 * one that learnt the referrers API after content had come (`upgraded`).
 */
export type SetUp = 'locked' | 'guarded' | 'upgraded';

/** Something that a registry may be without: the referrers API, deleting a tag and not its manifest. */
type Ability = 'referrers' | 'tagDeletion';

/** What must be there for a requirement to apply. */
export type Need = SetUp | Ability;

/** One thing that the distribution specification 1.1.1 wants of a registry, in our words. */
export interface Requirement {
  /** By which lists of exceptions name it. */
  readonly id: string;
  /** Heading in the specification. */
  readonly section: string;
  readonly level: Level;
  readonly text: string;
  readonly needs?: Need;
  /** Asks a registry. Throws when it does not hold. */
  readonly check: (api: Api) => Promise<void>;
}

type Row = readonly [id: string, level: Level, text: string, check: Requirement['check'], needs?: Need];

/** Requirements of one section, each under an `id` that begins with `prefix/`; `needs` is for all that name nothing. */
export function defineSection(
  { section, prefix, needs }: { readonly section: string; readonly prefix: string; readonly needs?: Need },
  rows: readonly Row[],
): readonly Requirement[] {
  return rows.map(([id, level, text, check, own = needs]) => ({
    id: `${prefix}/${id}`,
    section,
    level,
    text,
    check,
    ...(own && { needs: own }),
  }));
}
