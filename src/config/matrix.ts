import { EMPTY_ROW, type MatrixRow, readRows, readValues, toMatrixValue, withoutImageKeys } from './matrix-row.ts';
import { checkMatrix, listNamedValues } from './matrix-rules.ts';
import { findNearest } from './nearest.ts';
import { type ConfigNode, type Cursor, descend, findValue, makeHole } from './node.ts';
import { quote } from './scalar-text.ts';
import { matrixSchema } from './schema/matrix-schema.ts';
import { type Substitution, substitute } from './substitute.ts';
import { validate } from './validate.ts';

/**
 * The rows of the `matrix` under `cursor`, as GitHub Actions makes them: every combination of `axes`, or `rows`, less
 * `exclude`; then each entry of `include` adds its values to the rows that it agrees with, or is a row of its own. A
 * matrix with an error is one row of holes, so that the rest of its image is still looked at.
 */
export function expandMatrix(cursor: Cursor, substitution: Substitution): readonly MatrixRow[] {
  const { findings } = substitution;
  const errorsBefore = findings.errorCount;
  const values = readMatrixValues(cursor, substitution);
  validate(matrixSchema, values, findings);
  checkMatrix(values, findings);
  if (findings.errorCount > errorsBefore) return [makeBrokenRow(cursor)];
  const base = [...combineAxes(values.node), ...readRows(values.node, cursor, 'rows')];
  const kept = applyExclude(base, values, substitution);
  const rows = applyInclude(kept, readRows(values.node, cursor, 'include'));
  if (rows.length === 0) {
    findings.warn({ code: 'empty-matrix', where: cursor, message: 'this matrix has no rows, so it makes no image' });
  }
  return rows;
}

/** The matrix without what its rows change in the image, which may need the values of the row. */
function readMatrixValues({ node, path }: Cursor, substitution: Substitution): Cursor {
  return { path, node: node.kind === 'map' ? substitute({ node: withoutImageKeys(node), path }, substitution) : node };
}

function makeBrokenRow(matrix: Cursor): MatrixRow {
  const hole = toMatrixValue(makeHole(matrix.node));
  const names = listNamedValues(matrix).flatMap(({ node }) => (node.kind === 'map' ? [...node.entries.keys()] : []));
  return { values: new Map(names.map((name) => [name, hole])), overrides: [] };
}

/** The first axis changes slowest, as in nested loops. */
function combineAxes(matrix: ConfigNode): readonly MatrixRow[] {
  const axes = findValue(matrix, 'axes');
  if (axes?.kind !== 'map') return [];
  let rows: readonly MatrixRow[] = [EMPTY_ROW];
  for (const [name, { value }] of axes.entries) {
    const items = value.kind === 'list' ? value.items.map((item) => toMatrixValue(item)) : [];
    rows = rows.flatMap((row) => items.map((item) => ({ ...row, values: new Map([...row.values, [name, item]]) })));
  }
  return rows;
}

function applyExclude(rows: readonly MatrixRow[], matrix: Cursor, { findings }: Substitution): readonly MatrixRow[] {
  const list = descend(matrix, 'exclude');
  if (list.node.kind !== 'list') return rows;
  const names = new Set(rows.flatMap((row) => [...row.values.keys()]));
  let kept = rows;
  for (const [index, entry] of list.node.items.entries()) {
    const where = descend(list, index);
    const values = readValues(entry);
    const unknown = [...values.keys()].find((name) => !names.has(name));
    const left = kept.filter((row) => values.size === 0 || !agrees(values, row.values));
    if (unknown !== undefined) {
      const nearest = findNearest(unknown, names);
      const hint = nearest === undefined ? undefined : `did you mean ${nearest}?`;
      findings.error({ code: 'invalid-matrix', where, message: `no row has a value ${quote(unknown)}`, hint });
    } else if (left.length === kept.length) {
      findings.warn({ code: 'unused-exclude', where, message: 'this leaves out no row' });
    }
    kept = left;
  }
  return kept;
}

function agrees(wanted: MatrixRow['values'], values: MatrixRow['values']): boolean {
  return [...wanted].every(([name, { identity }]) => values.get(name)?.identity === identity);
}

function applyInclude(rows: readonly MatrixRow[], includes: readonly MatrixRow[]): readonly MatrixRow[] {
  const drafts = rows.map((row) => ({ row, values: new Map(row.values), overrides: [...row.overrides] }));
  const added: MatrixRow[] = [];
  for (const include of includes) {
    const fitting = drafts.filter(({ row }) => fits(include.values, row.values));
    for (const draft of fitting) {
      for (const [name, value] of include.values) draft.values.set(name, value);
      draft.overrides.push(...include.overrides);
    }
    if (fitting.length === 0) added.push(include);
  }
  return [...drafts.map(({ values, overrides }) => ({ values, overrides })), ...added];
}

/** True when nothing that the row had from the beginning would change. */
function fits(values: MatrixRow['values'], original: MatrixRow['values']): boolean {
  return [...values].every(([name, { identity }]) => {
    const value = original.get(name);
    return value === undefined || value.identity === identity;
  });
}
