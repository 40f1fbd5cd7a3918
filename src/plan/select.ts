import type { Declaration } from '../config/declaration.ts';
import { PlaitError } from '../errors/plait-error.ts';
import { formatRepository } from '../oci/repository.ts';
import { matchesGlob } from './glob.ts';
import type { PlanScope } from './plan.ts';

/**
 * Pure: the declarations, and of each the tags, that `scope` is about. A glob is matched against the id of an image,
 * which takes all its tags, and against `repository:tag`. Throws USAGE when a glob or the selector matches nothing.
 */
export function selectDeclarations(declarations: readonly Declaration[], scope: PlanScope): readonly Declaration[] {
  const labelled = selectByLabels(declarations, scope.selector);
  for (const glob of [...scope.targets, ...scope.exclude]) refuseIdle(glob, declarations);
  const wanted =
    scope.targets.length === 0 ? labelled : labelled.flatMap((entry) => keepTags(entry, scope.targets, true));
  return wanted.flatMap((entry) => keepTags(entry, scope.exclude, false));
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

function refuseIdle(glob: string, declarations: readonly Declaration[]): void {
  if (declarations.every((entry) => keepTags(entry, [glob], true).length === 0)) throw matchesNothing(glob);
}

/** The tags of `entry` that match one of `globs`, or those that match none; no declaration when no tag is left. */
function keepTags(entry: Declaration, globs: readonly string[], matching: boolean): readonly Declaration[] {
  const isWhole = globs.some((glob) => matchesGlob(glob, entry.id));
  const isKept = (reference: string) => (isWhole || globs.some((glob) => matchesGlob(glob, reference))) === matching;
  const targets = entry.targets
    .map(({ repository, tags }) => ({
      repository,
      tags: tags.filter((tag) => isKept(`${formatRepository(repository)}:${tag}`)),
    }))
    .filter(({ tags }) => tags.length > 0);
  return targets.length === 0 ? [] : [{ ...entry, targets }];
}

function matchesNothing(what: string): PlaitError {
  return new PlaitError('USAGE', `${what} matches no image of the config`, {
    hint: 'write an id or repository:tag of the config; * stops at a slash, **/ spans any number of folders',
  });
}
