import type { Digest } from '../../oci/digest.ts';
import { formatRepository } from '../../oci/repository.ts';
import { compareText } from '../../oci/text-order.ts';
import type { Change, PlatformChange } from '../../plan/plan.ts';
import { listReferences } from '../describe-change.ts';
import { listBlocking } from '../findings.ts';
import type { Report } from '../report.ts';

/** What becomes of a platform of a tag, or of a tag. */
export type CellState = PlatformChange['action'];
export type RowState = Change['action'] | 'blocked' | 'unreadable' | 'ignored' | 'unchanged';

export interface Cell {
  readonly state: CellState;
  /** Several when tags of one change hold different things now. */
  readonly rows: readonly PlatformChange[];
}

/** One tag. */
export interface Row {
  readonly repository: string;
  readonly tag: string;
  /** Of the image in the config. */
  readonly id: string;
  readonly state: RowState;
  readonly before: Digest | null;
  readonly after: Digest | null;
  /** By platform; empty when nothing is known of its platforms. */
  readonly cells: ReadonlyMap<string, Cell>;
  /** The change that it is part of, counted over changes and then those held back; undefined when there is none. */
  readonly change: number | undefined;
}

export interface Matrix {
  /** The usual ones first. */
  readonly platforms: readonly string[];
  /** By repository and tag. */
  readonly rows: readonly Row[];
}

/** Pure: every tag of a report by every platform that any of them has. */
export function toMatrix({ plan }: Report): Matrix {
  const changes = [...plan.changes, ...plan.blocked];
  const rows = [
    ...changes.flatMap(toRows),
    ...plan.unchanged.flatMap(({ id, repository, tags }) =>
      tags.map(({ name, digest, platforms = [] }): Row => {
        const place = { repository: formatRepository(repository), tag: name, id };
        return {
          ...place,
          state: 'unchanged',
          before: digest,
          after: digest,
          cells: keep(platforms),
          change: undefined,
        };
      }),
    ),
    ...listUnread(plan.unreadable),
    ...listIgnored(plan),
  ];
  const platforms = [...new Set(rows.flatMap(({ cells }) => [...cells.keys()]))];
  return { platforms: platforms.sort(byUse), rows: rows.sort(byName) };
}

function toRows(change: Change, position: number): readonly Row[] {
  const cells = joinCells(change.platforms);
  return change.tags.map(({ name, expect }) => ({
    repository: formatRepository(change.repository),
    tag: name,
    id: change.id,
    state: listBlocking(change).length > 0 ? 'blocked' : change.action,
    before: expect,
    after: change.index,
    cells,
    change: position,
  }));
}

const WEIGHT: Readonly<Record<CellState, number>> = { remove: 0, restore: 1, update: 2, add: 3, keep: 4 };

/** Of several rows for a platform the one that matters most is the state. */
function joinCells(platforms: readonly PlatformChange[]): ReadonlyMap<string, Cell> {
  const cells = new Map<string, Cell>();
  for (const row of platforms) {
    const known = cells.get(row.platform);
    const state = known !== undefined && WEIGHT[known.state] < WEIGHT[row.action] ? known.state : row.action;
    cells.set(row.platform, { state, rows: [...(known?.rows ?? []), row] });
  }
  return cells;
}

function keep(platforms: readonly string[]): ReadonlyMap<string, Cell> {
  return new Map(platforms.map((platform) => [platform, { state: 'keep', rows: [] }]));
}

/** Each tag once, whatever kept it from being read. */
function listUnread(entries: Report['plan']['unreadable']): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const { id, left, reference } of entries) {
    for (const name of left.length === 0 ? [reference] : left) {
      const colon = name.lastIndexOf(':');
      const repository = colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
      const tag = name.slice(repository.length + 1);
      const nothing = { before: null, after: null, cells: new Map(), change: undefined };
      rows.set(name, { repository, tag, id, state: 'unreadable', ...nothing });
    }
  }
  return [...rows.values()];
}

/** Tags of which all that differs is accepted for a while. */
function listIgnored({ changes, drift }: Report['plan']): readonly Row[] {
  const differing = new Set(changes.flatMap(listReferences));
  const rows = new Map<string, Row>();
  for (const { id, repository, tags, index } of drift?.ignored ?? []) {
    const place = formatRepository(repository);
    for (const { name, expect } of tags) {
      const known = { repository: place, tag: name, id, before: expect, after: index };
      const reference = `${place}:${name}`;
      if (differing.has(reference)) continue;
      rows.set(reference, { ...known, state: 'ignored', cells: new Map(), change: undefined });
    }
  }
  return [...rows.values()];
}

const USUAL = ['linux/amd64', 'linux/arm64', 'linux/arm/v7', 'linux/arm/v6', 'linux/386'];

function byUse(a: string, b: string): number {
  return rankOf(a) - rankOf(b) || compareText(a, b);
}

function rankOf(platform: string): number {
  const position = USUAL.indexOf(platform);
  if (position >= 0) return position;
  return platform.startsWith('linux/') ? USUAL.length : USUAL.length + 1;
}

function byName(a: Row, b: Row): number {
  return compareText(`${a.repository}:${a.tag}`, `${b.repository}:${b.tag}`);
}
