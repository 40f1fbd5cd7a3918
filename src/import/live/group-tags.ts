import type { Digest } from '../../oci/digest.ts';
import { formatRepository, type Repository } from '../../oci/repository.ts';
import { compareText } from '../../oci/text-order.ts';
import type { ImportedTarget } from '../imported.ts';
import type { TagFact } from './tag-facts.ts';

/** Everything that holds one digest. */
export interface TagGroup {
  readonly kind: TagFact['kind'];
  readonly digest: Digest;
  /** The first that holds it; this is where it is read. */
  readonly repository: Repository;
  readonly targets: readonly ImportedTarget[];
}

/** Pure: the tags by what they hold, sorted by repository and tag, each tag once. */
export function groupTags(facts: readonly TagFact[]): readonly TagGroup[] {
  const sorted = [...facts].sort(
    (a, b) => compareText(formatRepository(a.repository), formatRepository(b.repository)) || compareTags(a.tag, b.tag),
  );
  const groups = new Map<Digest, TagFact[]>();
  for (const fact of sorted) groups.set(fact.digest, [...(groups.get(fact.digest) ?? []), fact]);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return [{ kind: first.kind, digest: first.digest, repository: first.repository, targets: toTargets(group) }];
  });
}

function toTargets(facts: readonly TagFact[]): readonly ImportedTarget[] {
  const tags = new Map<string, Set<string>>();
  for (const { repository, tag } of facts) {
    const name = formatRepository(repository);
    tags.set(name, (tags.get(name) ?? new Set()).add(tag));
  }
  return [...tags].map(([repository, names]) => ({ repository, tags: [...names] }));
}

const NATURAL = new Intl.Collator('en', { numeric: true });

/** Versions in their order, 1.9 before 1.10. */
export function compareTags(a: string, b: string): number {
  return NATURAL.compare(a, b) || compareText(a, b);
}
