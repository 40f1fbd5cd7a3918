import type { Findings } from './findings.ts';
import { MAX_MATRIX_ROWS } from './limits.ts';
import { isImageKey } from './matrix-row.ts';
import { type ConfigNode, type Cursor, descend, findValue, placeOfKey } from './node.ts';
import { quote } from './scalar-text.ts';
import { isVariableName } from './variables.ts';

/** Every mapping from name to value in a matrix: `axes`, and each entry of `rows` and `include`. */
export function listNamedValues(matrix: Cursor): readonly Cursor[] {
  const rows = ['rows', 'include'].flatMap((key) => {
    const list = findValue(matrix.node, key);
    return list?.kind === 'list' ? list.items.map((node, index) => ({ node, path: [...matrix.path, key, index] })) : [];
  });
  const axes = findValue(matrix.node, 'axes');
  return axes === undefined ? rows : [{ node: axes, path: [...matrix.path, 'axes'] }, ...rows];
}

/** Reports what the schema of a matrix cannot say. Keys of images must already be taken out of the rows. */
export function checkMatrix(matrix: Cursor, findings: Findings): void {
  if (matrix.node.kind !== 'map') return;
  for (const rule of [checkNames, checkBase, checkSize]) rule(matrix, findings);
}

function checkNames(matrix: Cursor, findings: Findings): void {
  for (const holder of listNamedValues(matrix)) {
    const names = holder.node.kind === 'map' ? [...holder.node.entries.keys()] : [];
    for (const name of names) {
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

function checkBase(matrix: Cursor, findings: Findings): void {
  const has = (key: string): boolean => findValue(matrix.node, key) !== undefined;
  if (has('axes') && has('rows')) {
    const where = placeOfKey(matrix, 'rows');
    const hint = 'add rows to axes with include';
    findings.error({ code: 'invalid-matrix', where, message: 'axes and rows exclude each other', hint });
  }
  if (!has('axes') && !has('rows') && !has('include')) {
    findings.error({ code: 'invalid-matrix', where: matrix, message: 'a matrix needs axes or rows' });
  }
}

function checkSize(matrix: Cursor, findings: Findings): void {
  const axes = findValue(matrix.node, 'axes');
  if (axes?.kind !== 'map') return;
  const size = [...axes.entries.values()].reduce((product, axis) => product * countItems(axis.value), 1);
  if (size <= MAX_MATRIX_ROWS) return;
  const message = `these axes make ${size} rows, and ${MAX_MATRIX_ROWS} is the limit`;
  findings.error({ code: 'too-many-values', where: descend(matrix, 'axes'), message });
}

function countItems(node: ConfigNode): number {
  return node.kind === 'list' ? node.items.length : 1;
}
