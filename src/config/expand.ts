import { expandMatrix } from './matrix.ts';
import { EMPTY_ROW, type MatrixRow } from './matrix-row.ts';
import { dropNulls, mergeMaps } from './merge.ts';
import type { Cursor } from './node.ts';
import { type ConfigNode, descend, findValue, type MapNode, makeMap } from './node.ts';
import { type Substitution, substitute } from './substitute.ts';

/** What a copy inherits from `defaults`: what does not change the bytes. */
const COPY_INHERITS: ReadonlySet<string> = new Set(['guards', 'labels']);

/**
 * The images that one entry of `images` makes, with variables filled in and `defaults`, image and matrix row merged,
 * later wins. Each has the path of the entry, and its values know where they are written.
 */
export function expandImage(
  image: Cursor,
  defaults: MapNode | undefined,
  substitution: Substitution,
): readonly Cursor[] {
  if (image.node.kind !== 'map') return [];
  const matrix = findValue(image.node, 'matrix');
  const rows =
    matrix === undefined || isNull(matrix) ? [EMPTY_ROW] : expandMatrix(descend(image, 'matrix'), substitution);
  const base: Cursor = { node: pickKeys(image.node, (key) => key !== 'matrix'), path: image.path };
  const images: Cursor[] = [];
  for (const row of rows) {
    const weight = base.node.weight + (defaults?.weight ?? 0) + weigh(row);
    if (!substitution.budget.spendValues(weight, image)) break;
    images.push({ path: image.path, node: expandRow(base, defaults, { row, substitution }) });
  }
  return images;
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
  const scope = new Map(substitution.scope);
  for (const [name, { node }] of row.values) scope.set(`matrix.${name}`, node);
  const own = [image, ...row.overrides].map((layer) => substitute(layer, { ...substitution, scope }) as MapNode);
  const isCopy = own.map((layer) => findValue(layer, 'as')).findLast((as) => as !== undefined);
  const inherited =
    defaults === undefined
      ? []
      : [
          isCopy?.kind === 'scalar' && isCopy.value === 'copy'
            ? pickKeys(defaults, (key) => COPY_INHERITS.has(key))
            : defaults,
        ];
  const merged = [...inherited, ...own].reduce((lower, upper) => mergeMaps(lower, upper));
  const { file, offset } = image.node;
  return dropNulls({ node: { ...merged, file, offset }, path: image.path }, substitution.findings);
}

function pickKeys(node: MapNode, isWanted: (key: string) => boolean): MapNode {
  return makeMap(node, new Map([...node.entries].filter(([key]) => isWanted(key))));
}
