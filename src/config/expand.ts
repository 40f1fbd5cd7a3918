import { expandMatrix } from './matrix.ts';
import { EMPTY_ROW, type MatrixRow } from './matrix-row.ts';
import { dropNulls, mergeMaps } from './merge.ts';
import { type ConfigNode, type Cursor, descend, findValue, type MapNode, makeMap } from './node.ts';
import { type Scope, type Substitution, substitute } from './substitute.ts';

/** What a copy inherits from `defaults`: what does not change the bytes. */
const COPY_INHERITS: ReadonlySet<string> = new Set(['guards', 'labels', 'onMissingSource', 'referrers']);

/**
 * The images that one entry of `images` makes, with variables filled in and `defaults`, image and matrix row merged,
 * later wins, made one by one. Each has the path of the entry, and its values know where they are written.
 */
export function* expandImage(
  image: Cursor,
  defaults: MapNode | undefined,
  substitution: Substitution,
): Generator<Cursor, void, void> {
  if (image.node.kind !== 'map' || substitution.budget.isSpent) return;
  const matrix = findValue(image.node, 'matrix');
  const rows =
    matrix === undefined || isNull(matrix) ? [EMPTY_ROW] : expandMatrix(descend(image, 'matrix'), substitution);
  const base: Cursor = { node: pickKeys(image.node, (key) => key !== 'matrix'), path: image.path };
  const weight = rows.reduce((sum, row) => sum + base.node.weight + (defaults?.weight ?? 0) + weigh(row), 0);
  // Before any is made: what is more than a run can hold is refused at once.
  if (!substitution.budget.spendValues(weight, image)) return;
  for (const row of rows) {
    if (substitution.budget.isSpent) return;
    yield { path: image.path, node: expandRow(base, defaults, { row, substitution }) };
  }
}

function isNull(node: ConfigNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}

function weigh(row: MatrixRow): number {
  return row.overrides.reduce((sum, { node }) => sum + node.weight, 0);
}

function expandRow(
  image: Cursor,
  defaults: MapNode | undefined,
  { row, substitution }: { readonly row: MatrixRow; readonly substitution: Substitution },
): ConfigNode {
  const inRow = { ...substitution, scope: addRow(substitution.scope, row) };
  const own = [image, ...row.overrides].map((layer) => substitute(layer, inRow) as MapNode);
  const layers = defaults === undefined ? own : [inheritFrom(defaults, own), ...own];
  const merged = layers.reduce((lower, upper) => mergeMaps(lower, upper));
  const { file, offset } = image.node;
  return dropNulls({ node: { ...merged, file, offset }, path: image.path }, substitution.findings);
}

/** The variables of the file, and `matrix.name` for the values of the row. */
function addRow(scope: Scope, { values }: MatrixRow): Scope {
  const prefix = 'matrix.';
  return {
    get: (name) => (name.startsWith(prefix) ? values.get(name.slice(prefix.length))?.node : scope.get(name)),
    keys: () => [...scope.keys(), ...[...values.keys()].map((name) => prefix + name)],
  };
}

/** The defaults for an image that consists of `layers`. */
function inheritFrom(defaults: MapNode, layers: readonly MapNode[]): MapNode {
  const as = layers.map((layer) => findValue(layer, 'as')).findLast((value) => value !== undefined);
  const isCopy = as?.kind === 'scalar' && as.value === 'copy';
  return isCopy ? pickKeys(defaults, (key) => COPY_INHERITS.has(key)) : defaults;
}

function pickKeys(node: MapNode, isWanted: (key: string) => boolean): MapNode {
  return makeMap(node, new Map([...node.entries].filter(([key]) => isWanted(key))));
}
