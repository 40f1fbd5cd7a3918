import type { Findings } from './findings.ts';
import type { KeyPath } from './key-path.ts';
import { type ConfigNode, type Cursor, type MapEntry, type MapNode, makeMap } from './node.ts';

/**
 * `upper` over `lower`: mappings merge by key at every level, lists and scalars replace, and null removes a key. A
 * null that removes nothing stays, for {@link dropNulls} to judge. Keys keep the order in which they first appear.
 */
export function mergeMaps(lower: MapNode, upper: MapNode): MapNode {
  const entries = new Map(lower.entries);
  for (const [key, entry] of upper.entries) {
    const below = entries.get(key);
    if (isNull(entry.value) && below !== undefined && !isNull(below.value)) entries.delete(key);
    else entries.set(key, { key: entry.key, value: mergeValues(below, entry) });
  }
  return makeMap(upper, entries);
}

function mergeValues(lower: MapEntry | undefined, upper: MapEntry): ConfigNode {
  return lower?.value.kind === 'map' && upper.value.kind === 'map' ? mergeMaps(lower.value, upper.value) : upper.value;
}

function isNull(node: ConfigNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/**
 * The merged image without its null keys. Null for a whole key is a way to say "none of the defaults", whatever they
 * are, and so it is for a guard; further in, a null that removed nothing was probably meant as a value, and for a platform that would lose it.
 */
export function dropNulls({ node, path }: Cursor, findings: Findings, level = 0): ConfigNode {
  if (node.kind !== 'map' || isEntryAnnotations(path)) return node;
  const entries = new Map<string, MapEntry>();
  for (const [key, entry] of node.entries) {
    if (!isNull(entry.value)) {
      const value = dropNulls({ node: entry.value, path: [...path, key] }, findings, level + 1);
      entries.set(key, { key: entry.key, value });
    } else if (level > 0 && path.at(-1) !== 'guards') {
      reportNull({ node: entry.value, path: [...path, key] }, findings);
    }
  }
  return makeMap(node, entries);
}

/** Annotations of one platform are merged later, over `descriptorAnnotations`, so their nulls still have work to do. */
function isEntryAnnotations(path: KeyPath): boolean {
  return path.at(-3) === 'platforms' && path.at(-1) === 'annotations';
}

/** Reports a null where there is nothing to remove. */
export function reportNull(where: Cursor, findings: Findings): void {
  const finding = {
    code: 'null-without-effect',
    where,
    message: 'there is nothing here that null could remove',
    hint: 'give a value, "" for an empty text, or remove the key',
  } as const;
  if (where.path.at(-2) === 'platforms') findings.error(finding);
  else findings.warn(finding);
}
