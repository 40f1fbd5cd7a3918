import { MAX_MATRIX_ROWS } from './limits.ts';
import { isImageKey, type MatrixRow, readRows, readValues, toMatrixValue, withoutImageKeys } from './matrix-row.ts';
import { findNearest } from './nearest.ts';
import { type ConfigNode, type Cursor, descend, findValue, makeHole, placeOfKey } from './node.ts';
import { quote } from './scalar-text.ts';
import { matrixSchema } from './schema/matrix-schema.ts';
import { type Substitution, substitute } from './substitute.ts';
import { validate } from './validate.ts';
import { isVariableName } from './variables.ts';

/**
 * The rows of the `matrix` under `cursor`, as GitHub Actions makes them: every combination of `axes`, or `rows`, less
 * `exclude`; then each entry of `include` adds its values to the rows that it agrees with, or is a row of its own. A
 * matrix with an error is one row of holes, so that the rest of its image is still looked at.
 */
export function expandMatrix(cursor: Cursor, substitution: Substitution): readonly MatrixRow[] {
  const { findings } = substitution;
  const errorsBefore = findings.errorCount;
  const { node, path } = cursor;
  const values: Cursor = {
    path,
    node: node.kind === 'map' ? substitute({ node: withoutImageKeys(node), path }, substitution) : node,
  };
  validate(matrixSchema, values, findings);
  checkNames(values, substitution);
  checkBase(values, substitution);
  if (findings.errorCount > errorsBefore) return [makeBrokenRow(node)];
  const base = [...combineAxes(values.node), ...readRows(values.node, cursor, 'rows')];
  const kept = applyExclude(base, values, substitution);
  const rows = applyInclude(kept, readRows(values.node, cursor, 'include'));
  if (rows.length === 0)
    findings.warn({ code: 'empty-matrix', where: cursor, message: 'this matrix has no rows, so it makes no image' });
  return rows;
}

function checkNames(matrix: Cursor, { findings }: Substitution): void {
  const rows = (['rows', 'include'] as const).flatMap((key) => {
    const list = findValue(matrix.node, key);
    return list?.kind === 'list' ? list.items.map((_, index) => descend(matrix, key, index)) : [];
  });
  const axes = descend(matrix, 'axes');
  for (const holder of axes.path === matrix.path ? rows : [axes, ...rows]) {
    if (holder.node.kind !== 'map') continue;
    for (const name of holder.node.entries.keys()) {
      const problem = describeBadName(name);
      if (problem !== undefined) findings.error({ code: 'invalid-name', where: placeOfKey(holder, name), ...problem });
    }
  }
}

function describeBadName(name: string): { readonly message: string; readonly hint: string } | undefined {
  if (isImageKey(name)) {
    return {
      message: `${quote(name)} is a key of images, so it cannot name an axis`,
      hint: 'take another name, or give rows, in which it changes the key of the image',
    };
  }
  if (isVariableName(name)) return undefined;
  return {
    message: `${quote(name)} cannot be the name of a value`,
    hint: 'use letters, digits, _ and -, and begin with a letter or _',
  };
}

function checkBase(matrix: Cursor, { findings }: Substitution): void {
  if (matrix.node.kind !== 'map') return;
  const has = (key: string): boolean => findValue(matrix.node, key) !== undefined;
  if (has('axes') && has('rows')) {
    const message = 'axes and rows exclude each other';
    findings.error({
      code: 'invalid-matrix',
      where: placeOfKey(matrix, 'rows'),
      message,
      hint: 'add rows to axes with include',
    });
  }
  if (!has('axes') && !has('rows') && !has('include')) {
    findings.error({ code: 'invalid-matrix', where: matrix, message: 'a matrix needs axes or rows' });
  }
  const axes = findValue(matrix.node, 'axes');
  const size =
    axes?.kind === 'map'
      ? [...axes.entries.values()].reduce((product, axis) => product * countItems(axis.value), 1)
      : 0;
  if (size > MAX_MATRIX_ROWS) {
    const message = `these axes make ${size} rows, and ${MAX_MATRIX_ROWS} is the limit`;
    findings.error({ code: 'too-many-values', where: descend(matrix, 'axes'), message });
  }
}

function countItems(node: ConfigNode): number {
  return node.kind === 'list' ? node.items.length : 1;
}

function makeBrokenRow(matrix: ConfigNode): MatrixRow {
  const axes = findValue(matrix, 'axes');
  const rows = (['rows', 'include'] as const).flatMap((key) => {
    const list = findValue(matrix, key);
    return list?.kind === 'list' ? list.items : [];
  });
  const names = [axes, ...rows].flatMap((holder) => (holder?.kind === 'map' ? [...holder.entries.keys()] : []));
  const hole = toMatrixValue(makeHole(matrix));
  return { values: new Map(names.map((name) => [name, hole])), overrides: [] };
}

/** The first axis changes slowest, as in nested loops. */
function combineAxes(matrix: ConfigNode): readonly MatrixRow[] {
  const axes = findValue(matrix, 'axes');
  if (axes?.kind !== 'map') return [];
  let rows: readonly MatrixRow[] = [{ values: new Map(), overrides: [] }];
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
  const changed = rows.map((row) => ({ original: row.values, row }));
  const added: MatrixRow[] = [];
  for (const include of includes) {
    let isUsed = false;
    for (const target of changed) {
      if (!fits(include.values, target.original)) continue;
      isUsed = true;
      target.row = {
        values: new Map([...target.row.values, ...include.values]),
        overrides: [...target.row.overrides, ...include.overrides],
      };
    }
    if (!isUsed) added.push(include);
  }
  return [...changed.map(({ row }) => row), ...added];
}

/** True when nothing that the row had from the beginning would change. */
function fits(values: MatrixRow['values'], original: MatrixRow['values']): boolean {
  return [...values].every(([name, { identity }]) => {
    const value = original.get(name);
    return value === undefined || value.identity === identity;
  });
}
