import type { ReportKind } from '../report.ts';
import type { CellState, RowState } from './matrix.ts';

/** How a state looks: its sign, its word, and the class that gives it a colour. */
export interface Look {
  readonly sign: string;
  readonly word: string;
  readonly tone: 'add' | 'update' | 'remove' | 'restore' | 'blocked' | 'unreadable' | 'keep';
}

const CELLS: Readonly<Record<ReportKind, Readonly<Record<CellState, Look>>>> = {
  plan: {
    add: { sign: '+', word: 'added', tone: 'add' },
    update: { sign: '~', word: 'updated', tone: 'update' },
    remove: { sign: '−', word: 'removed', tone: 'remove' },
    restore: { sign: '*', word: 'gone from the registry, restored', tone: 'restore' },
    keep: { sign: '=', word: 'unchanged', tone: 'keep' },
  },
  drift: {
    add: { sign: '+', word: 'missing in the tag', tone: 'add' },
    update: { sign: '~', word: 'different', tone: 'update' },
    remove: { sign: '−', word: 'not declared', tone: 'remove' },
    restore: { sign: '*', word: 'gone from the registry', tone: 'restore' },
    keep: { sign: '=', word: 'as declared', tone: 'keep' },
  },
};

export function lookOfCell(kind: ReportKind, state: CellState): Look {
  return CELLS[kind][state];
}

const ROWS: Readonly<Record<RowState, Look & { readonly drift: string }>> = {
  create: { sign: '+', word: 'create', drift: 'missing', tone: 'add' },
  update: { sign: '~', word: 'update', drift: 'different', tone: 'update' },
  delete: { sign: '−', word: 'delete', drift: 'unexpected', tone: 'remove' },
  repair: { sign: '*', word: 'repair', drift: 'broken', tone: 'restore' },
  blocked: { sign: '!', word: 'blocked', drift: 'blocked', tone: 'blocked' },
  unreadable: { sign: '?', word: 'unreadable', drift: 'unreadable', tone: 'unreadable' },
  ignored: { sign: 'i', word: 'ignored', drift: 'ignored', tone: 'keep' },
  unchanged: { sign: '=', word: 'unchanged', drift: 'in sync', tone: 'keep' },
};

export function lookOfRow(kind: ReportKind, state: RowState): Look {
  const { sign, word, drift, tone } = ROWS[state];
  return { sign, word: kind === 'plan' ? word : drift, tone };
}

/** Every state of a row, the order of the counts. */
export const ROW_STATES = Object.keys(ROWS) as readonly RowState[];
