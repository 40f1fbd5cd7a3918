import type { Declaration } from '../config/declaration.ts';
import type { Reference } from '../oci/reference.ts';
import { toRepositoryKey } from '../oci/repository.ts';

/** Pure: the declarations that take from a source that another one takes from too, by the name that both give it. */
export function findSharing(declarations: readonly Declaration[]): ReadonlySet<Declaration> {
  // Two levels: of a hundred thousand names that differ in the tag alone, none has to be put together.
  const owners = new Map<string, Map<string, Declaration>>();
  const sharing = new Set<Declaration>();
  for (const declaration of declarations) {
    for (const { repository, digest, tag } of listSources(declaration)) {
      const place = toRepositoryKey(repository);
      const known = owners.get(place) ?? new Map<string, Declaration>();
      owners.set(place, known);
      const name = digest ?? tag ?? 'latest';
      const first = known.get(name) ?? declaration;
      known.set(name, first);
      if (first !== declaration) sharing.add(first).add(declaration);
    }
  }
  return sharing;
}

function listSources({ content }: Declaration): readonly Reference[] {
  return content.kind === 'platforms' ? content.entries.map(({ source }) => source) : [content.from];
}
