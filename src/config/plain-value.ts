import { type ConfigNode, type MapNode, makeList, makeMap } from './node.ts';
import { isOldBoolean } from './scalar-text.ts';

/** Mappings whose keys belong to the user, so that `x-` means nothing special in them. */
const USER_MAPPINGS: ReadonlySet<string> = new Set(['annotations', 'descriptorAnnotations', 'labels']);

/** Stands for a value that could not be made, so that its key can still be told from a typo. No schema takes it. */
export const HOLE = Symbol('hole');

/**
 * The value of a node as plain data. In a mapping, what holds a hole becomes {@link HOLE}; undefined when that is the node itself. An
 * unquoted `yes` becomes a symbol, which is neither the string nor the boolean that its writer may have meant.
 */
export function toPlainValue(node: ConfigNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return isOldBoolean(node) ? Symbol(node.source) : node.value;
    case 'list':
      return toPlainList(node.items);
    case 'map':
      return toPlainObject(node);
    case 'hole':
      return undefined;
    default:
      return node satisfies never;
  }
}

function toPlainList(items: readonly ConfigNode[]): readonly unknown[] | undefined {
  const values = items.map((item) => toPlainValue(item));
  return values.includes(undefined) ? undefined : values;
}

function toPlainObject(node: MapNode): object {
  const entries = [...node.entries].map(([key, entry]) => {
    const value = toPlainValue(entry.value);
    return [key, value === undefined ? HOLE : value] as const;
  });
  return Object.fromEntries(entries);
}

/** True for the keys that everyone may use for notes and anchors. */
export function isExtensionKey(key: string, parentKey: string | number | undefined): boolean {
  return key.startsWith('x-') && !(typeof parentKey === 'string' && USER_MAPPINGS.has(parentKey));
}

/** The node without its `x-` keys, at every level; what has none is returned as it is. */
export function withoutExtensions(node: ConfigNode, key?: string | number): ConfigNode {
  if (node.kind === 'list') {
    const items = node.items.map((item, index) => withoutExtensions(item, index));
    return items.every((item, index) => item === node.items[index]) ? node : makeList(node, items);
  }
  if (node.kind !== 'map') return node;
  const entries = [...node.entries]
    .filter(([name]) => !isExtensionKey(name, key))
    .map(([name, entry]) => [name, { ...entry, value: withoutExtensions(entry.value, name) }] as const);
  const isSame =
    entries.length === node.entries.size &&
    entries.every(([name, { value }]) => value === node.entries.get(name)?.value);
  return isSame ? node : makeMap(node, new Map(entries));
}
