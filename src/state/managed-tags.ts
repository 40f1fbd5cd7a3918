import type { Declaration, DeclaredAbsence } from '../config/declaration.ts';
import { formatRepository } from '../oci/repository.ts';

/** What a config is about, as far as its tags go. */
export interface Managed {
  readonly declarations: readonly Declaration[];
  readonly absences: readonly DeclaredAbsence[];
}

/** Pure: whether the config wants something of `repository:tag`, be it that it is gone. */
export function createManagedTest({ declarations, absences }: Managed): (name: string) => boolean {
  const wanted = new Set(
    [...declarations.flatMap((declaration) => declaration.targets), ...absences].flatMap(({ repository, tags }) =>
      tags.map((tag) => `${formatRepository(repository)}:${tag}`),
    ),
  );
  const patterns = absences.map(({ repository, tagsMatching }) => ({
    place: `${formatRepository(repository)}:`,
    tagsMatching,
  }));
  return (name) =>
    wanted.has(name) ||
    patterns.some(
      ({ place, tagsMatching }) =>
        name.startsWith(place) && tagsMatching.some((pattern) => pattern.matches(name.slice(place.length))),
    );
}
