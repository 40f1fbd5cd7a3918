import type { KeyPath } from './key-path.ts';
import type { Located } from './source-file.ts';

/**
 * A value of a config file that knows where it stands. Aliases are followed and merge keys applied; a node that
 * several aliases name is shared, so `weight` (values in it, itself included) can be far larger than the text.
 */
export type ConfigNode = ScalarNode | ListNode | MapNode | HoleNode;

interface NodeBase extends Located {
  readonly weight: number;
  /** Levels of lists and mappings, 0 for a scalar. */
  readonly depth: number;
  /** What gave the value of a variable that no file did: `--var`, or the name of an environment variable. */
  readonly via?: string;
  /** The variables that were filled in, in the order of use. Absent for a value that stands as it is. */
  readonly parts?: readonly ValuePart[];
}

/** A variable or matrix value in a text, and where its value stands or, when no file has it, where it is declared. */
export interface ValuePart {
  readonly name: string;
  readonly at: Located;
  readonly via?: string;
}

export interface ScalarNode extends NodeBase {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written, without quotes: `1.10` where `value` is 1.1. */
  readonly source: string;
  /** True without quotes and explicit type, when YAML guessed the type. */
  readonly isPlain: boolean;
}

export interface ListNode extends NodeBase {
  readonly kind: 'list';
  readonly items: readonly ConfigNode[];
}

export interface MapNode extends NodeBase {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, MapEntry>;
}

export interface MapEntry {
  readonly key: Located;
  readonly value: ConfigNode;
}

/** A value that could not be made. Why is already reported, so later stages pass over it. */
export interface HoleNode extends NodeBase {
  readonly kind: 'hole';
}

/** A node and the way to it, for diagnostics about it and what is in it. */
export interface Cursor {
  readonly node: ConfigNode;
  readonly path: KeyPath;
}

export function makeText({ file, offset }: Located, value: string): ScalarNode {
  return { kind: 'scalar', file, offset, weight: 1, depth: 0, value, source: value, isPlain: false };
}

/** What is remembered of the use of a variable. */
export function toPart(name: string, { file, offset, via }: ConfigNode): ValuePart {
  return { name, at: { file, offset }, ...(via === undefined ? {} : { via }) };
}

export function makeHole({ file, offset }: Located): HoleNode {
  return { kind: 'hole', file, offset, weight: 1, depth: 0 };
}

export function makeList({ file, offset }: Located, items: readonly ConfigNode[]): ListNode {
  return { kind: 'list', file, offset, ...measure(items), items };
}

export function makeMap({ file, offset }: Located, entries: ReadonlyMap<string, MapEntry>): MapNode {
  return { kind: 'map', file, offset, ...measure([...entries.values()].map((entry) => entry.value)), entries };
}

function measure(children: readonly ConfigNode[]): { readonly weight: number; readonly depth: number } {
  let weight = 1;
  let depth = 0;
  for (const child of children) {
    weight += child.weight;
    depth = Math.max(depth, child.depth);
  }
  return { weight, depth: depth + 1 };
}

/** The value of `key` when `node` is a mapping that has it. */
export function findValue(node: ConfigNode, key: string): ConfigNode | undefined {
  return node.kind === 'map' ? node.entries.get(key)?.value : undefined;
}

/** What `steps` lead to; undefined when one of them is missing. */
export function findExact({ node }: Cursor, ...steps: KeyPath): ConfigNode | undefined {
  return steps.reduce<ConfigNode | undefined>(
    (found, step) => (found === undefined ? undefined : findChild(found, step)),
    node,
  );
}

/** Follows `steps` as far as they lead; a missing step leaves the cursor at what would hold it. */
export function descend(cursor: Cursor, ...steps: KeyPath): Cursor {
  let { node, path } = cursor;
  for (const step of steps) {
    const child = findChild(node, step);
    if (child === undefined) break;
    [node, path] = [child, [...path, step]];
  }
  return { node, path };
}

export function findChild(node: ConfigNode, step: string | number): ConfigNode | undefined {
  if (node.kind === 'list') return typeof step === 'number' ? node.items[step] : undefined;
  return findValue(node, String(step));
}

/** The place of the key itself, not of its value. */
export function placeOfKey(cursor: Cursor, key: string): { readonly node: Located; readonly path: KeyPath } {
  const entry = cursor.node.kind === 'map' ? cursor.node.entries.get(key) : undefined;
  return entry === undefined ? cursor : { node: entry.key, path: [...cursor.path, key] };
}
