import type { Declaration, DeclaredAbsence } from '../config/declaration.ts';
import { PlaitError } from '../errors/plait-error.ts';
import { formatRepository, type Repository } from '../oci/repository.ts';
import { matchesGlob } from './glob.ts';
import type { PlanScope } from './plan.ts';
import { isInShard, type Shard } from './shard.ts';

/** What a config wants of registries. */
export interface Declared {
  readonly declarations: readonly Declaration[];
  readonly absences: readonly DeclaredAbsence[];
}

/**
 * Pure: the declarations and absences, and of each the tags, that `scope` is about. A glob is matched against the id, which
 * takes all tags, and against `repository:tag`; a selector chooses images only, as only they have labels. Throws USAGE when
 * a glob or the selector matches nothing; a glob may match a tag that a pattern of an absence matches later. A shard of what is
 * left then may be empty: which repositories fall into it is nobody's choice.
 */
export function selectScope({ declarations, absences }: Declared, scope: PlanScope): Declared {
  const labelled = selectByLabels(declarations, scope.selector);
  for (const glob of [...scope.targets, ...scope.exclude]) refuseIdle(glob, { declarations, absences });
  const { targets, exclude } = scope;
  const wanted = targets.length === 0 ? labelled : labelled.flatMap((entry) => keepTags(entry, targets, true));
  const chosen = scope.selector === null ? absences : [];
  const unwanted = targets.length === 0 ? chosen : chosen.flatMap((entry) => keepAbsent(entry, targets, true));
  const left = {
    declarations: exclude.length === 0 ? wanted : wanted.flatMap((entry) => keepTags(entry, exclude, false)),
    absences: unwanted.flatMap((entry) => keepAbsent(entry, exclude, false)),
  };
  return selectShard(left, scope.shard);
}

/** An image with targets in several repositories is in the shards of all of them, each time with those targets alone. */
function selectShard({ declarations, absences }: Declared, shard: Shard | null): Declared {
  if (shard === null) return { declarations, absences };
  return {
    declarations: declarations.flatMap((entry) => {
      const targets = entry.targets.filter(({ repository }) => isInShard(repository, shard));
      return targets.length === 0 ? [] : [{ ...entry, targets }];
    }),
    absences: absences.filter(({ repository }) => isInShard(repository, shard)),
  };
}

/** Pure: as {@link selectScope}, of tags one by one. */
export function selectTags<Tag extends { readonly id: string; readonly repository: Repository; readonly tag: string }>(
  all: readonly Tag[],
  { targets, exclude, shard }: Omit<PlanScope, 'selector'>,
): readonly Tag[] {
  const matches = ({ id, repository, tag }: Tag, globs: readonly string[]) =>
    toFilter(id, globs, true)(repository, tag);
  for (const glob of [...targets, ...exclude]) {
    if (!all.some((each) => matches(each, [glob]))) throw matchesNothing(glob, 'tag that there is to move');
  }
  const isChosen = (each: Tag) => (targets.length === 0 || matches(each, targets)) && !matches(each, exclude);
  return all.filter((each) => isChosen(each) && isInShard(each.repository, shard));
}

/** `k=v` pairs with commas between; all must hold. */
function selectByLabels(declarations: readonly Declaration[], selector: string | null): readonly Declaration[] {
  if (selector === null) return declarations;
  const pairs = selector.split(',').map((pair) => pair.split('='));
  const chosen = declarations.filter((entry) =>
    pairs.every(([key = '', ...value]) => Object.hasOwn(entry.labels, key) && entry.labels[key] === value.join('=')),
  );
  if (chosen.length === 0) throw matchesNothing(`--selector ${selector}`);
  return chosen;
}

function refuseIdle(glob: string, { declarations, absences }: Declared): void {
  if (declarations.some((entry) => keepTags(entry, [glob], true).length > 0)) return;
  if (absences.some((entry) => keepAbsent(entry, [glob], true).length > 0)) return;
  throw matchesNothing(glob);
}

/** The tags of `entry` that match one of `globs`, or those that match none; no declaration when no tag is left. */
function keepTags(entry: Declaration, globs: readonly string[], matching: boolean): readonly Declaration[] {
  const isKept = toFilter(entry.id, globs, matching);
  const targets = entry.targets
    .map(({ repository, tags }) => ({ repository, tags: tags.filter((tag) => isKept(repository, tag)) }))
    .filter(({ tags }) => tags.length > 0);
  return targets.length === 0 ? [] : [{ ...entry, targets }];
}

/** As {@link keepTags}. Which tags a pattern is about is not known yet, so that it stays and passes the choice on. */
function keepAbsent(entry: DeclaredAbsence, globs: readonly string[], matching: boolean): readonly DeclaredAbsence[] {
  const { repository } = entry;
  const isKept = toFilter(entry.id, globs, matching);
  const tags = entry.tags.filter((tag) => isKept(repository, tag));
  const mayMatch = !matching || globs.some((glob) => matchesGlob(glob, entry.id) || isAbout(glob, repository));
  const tagsMatching = mayMatch
    ? entry.tagsMatching.map((pattern) => ({
        ...pattern,
        matches: (tag: string) => pattern.matches(tag) && isKept(repository, tag),
      }))
    : [];
  return tags.length + tagsMatching.length === 0 ? [] : [{ ...entry, tags, tagsMatching }];
}

/** True when `glob` may match a tag of `repository`: its part before the tag does match the repository. */
function isAbout(glob: string, repository: Repository): boolean {
  const place = formatRepository(repository);
  const separator = glob.lastIndexOf(':');
  return matchesGlob(glob, `${place}:x`) || (separator > 0 && matchesGlob(glob.slice(0, separator), place));
}

function toFilter(
  id: string,
  globs: readonly string[],
  matching: boolean,
): (repository: Repository, tag: string) => boolean {
  const isWhole = globs.some((glob) => matchesGlob(glob, id));
  return (repository, tag) => {
    const reference = `${formatRepository(repository)}:${tag}`;
    return (isWhole || globs.some((glob) => matchesGlob(glob, reference))) === matching;
  };
}

function matchesNothing(what: string, missed = 'image of the config'): PlaitError {
  return new PlaitError('USAGE', `${what} matches no ${missed}`, {
    hint: 'write an id or repository:tag; * stops at a slash, **/ spans any number of folders',
  });
}
