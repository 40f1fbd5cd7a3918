import { type ConfigNode, type Cursor, findValue, type MapEntry, type MapNode, makeList, makeMap } from './node.ts';
import { toPlainValue } from './plain-value.ts';
import { imageKeys } from './schema/image-keys.ts';

/** One image that a matrix makes. */
export interface MatrixRow {
  /** What `${matrix.name}` stands for, by name. */
  readonly values: ReadonlyMap<string, MatrixValue>;
  /** Keys of the image that the row changes; later ones win. */
  readonly overrides: readonly Cursor[];
}

/** A value of a matrix; equal values have an equal `identity`. */
export interface MatrixValue {
  readonly node: ConfigNode;
  readonly identity: string;
}

/** An image without a matrix is one with this row. */
export const EMPTY_ROW: MatrixRow = { values: new Map(), overrides: [] };

/** True for a key that in a row changes the image instead of naming a value. */
export function isImageKey(key: string): boolean {
  return Object.hasOwn(imageKeys, key);
}

/** The matrix with only the values in its `rows` and `include`, without the keys of images. */
export function withoutImageKeys(matrix: MapNode): MapNode {
  const entries = [...matrix.entries].map(([key, entry]): [string, MapEntry] => {
    const isRows = (key === 'rows' || key === 'include') && entry.value.kind === 'list';
    return [
      key,
      isRows ? { ...entry, value: mapItems(entry.value, (row) => pickKeys(row, (name) => !isImageKey(name))) } : entry,
    ];
  });
  return makeMap(matrix, new Map(entries));
}

function mapItems(list: ConfigNode, change: (item: ConfigNode) => ConfigNode): ConfigNode {
  return list.kind === 'list' ? makeList(list, list.items.map(change)) : list;
}

function pickKeys(node: ConfigNode, isWanted: (key: string) => boolean): ConfigNode {
  if (node.kind !== 'map') return node;
  return makeMap(node, new Map([...node.entries].filter(([key]) => isWanted(key))));
}

/**
 * The rows that `key` (`rows` or `include`) lists: the values from `values`, where variables are already filled in,
 * the keys of images from `matrix` as they are written.
 */
export function readRows(values: ConfigNode, matrix: Cursor, key: 'rows' | 'include'): readonly MatrixRow[] {
  const list = findValue(values, key);
  const written = findValue(matrix.node, key);
  if (list?.kind !== 'list' || written?.kind !== 'list') return [];
  return list.items.map((row, index) => {
    const overrides = pickKeys(written.items[index] ?? row, isImageKey);
    const isEmpty = overrides.kind !== 'map' || overrides.entries.size === 0;
    const path = [...matrix.path, key, index];
    return { values: readValues(row), overrides: isEmpty ? [] : [{ node: overrides, path }] };
  });
}

/** The values of a row or of an entry of `exclude`. */
export function readValues(row: ConfigNode): ReadonlyMap<string, MatrixValue> {
  if (row.kind !== 'map') return new Map();
  return new Map([...row.entries].map(([name, entry]) => [name, toMatrixValue(entry.value)]));
}

export function toMatrixValue(node: ConfigNode): MatrixValue {
  return { node, identity: JSON.stringify(toPlainValue(node)) };
}
