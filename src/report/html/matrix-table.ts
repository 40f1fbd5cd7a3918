import { shortDigest } from '../../oci/digest.ts';
import type { PlatformChange } from '../../plan/plan.ts';
import type { ReportKind } from '../report.ts';
import { breakable, html, type Markup } from './markup.ts';
import type { Cell, CellState, Matrix, Row } from './matrix.ts';
import { lookOfCell, lookOfRow } from './words.ts';

/** Tags by platforms. States show by sign and colour, and are words for those who hear the page. */
export function renderMatrix(kind: ReportKind, matrix: Matrix): Markup {
  const { platforms, rows } = matrix;
  const head = platforms.map((platform) => html`<th scope="col" class="p">${breakable(platform)}</th>`);
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.repository);
    if (group === undefined) groups.set(row.repository, [row]);
    else group.push(row);
  }
  return html`<div class="scroll" role="region" aria-labelledby="matrix" tabindex="0">
<table class="matrix">
<thead><tr><th scope="col" class="n">Tag</th><th scope="col">State</th>${head}</tr></thead>
${[...groups].map(([repository, tags]) => renderGroup(kind, { repository, tags, platforms }))}
</table>
</div>
${renderLegend(kind, matrix)}`;
}

interface Group {
  readonly repository: string;
  readonly tags: readonly Row[];
  readonly platforms: readonly string[];
}

/** A tag that is alone in its repository needs no line above it. */
function renderGroup(kind: ReportKind, { repository, tags, platforms }: Group): Markup {
  const isAlone = tags.length === 1;
  const head = html`<tr class="g"><th scope="rowgroup" colspan="${platforms.length + 2}"><span>${breakable(repository)}</span></th></tr>
`;
  return html`<tbody>
${isAlone ? '' : head}${tags.map((row) => renderRow(kind, row, { platforms, isAlone }))}</tbody>
`;
}

interface RowPlace {
  readonly platforms: readonly string[];
  readonly isAlone: boolean;
}

function renderRow(kind: ReportKind, row: Row, { platforms, isAlone }: RowPlace): Markup {
  const { sign, word, tone } = lookOfRow(kind, row.state);
  const tag = row.tag === '' ? 'all tags' : row.tag;
  const shown = isAlone ? breakable(`${row.repository}:${tag}`) : breakable(tag);
  const name = row.change === undefined ? shown : html`<a href="#c${row.change}">${shown}</a>`;
  const place = isAlone ? '' : html`<span class="sr">${row.repository}:</span>`;
  const search = `${row.repository}:${row.tag} ${row.id} ${row.state} ${word}`;
  const cells =
    row.cells.size > 0
      ? platforms.map((platform) => renderCell(kind, platform, row.cells.get(platform)))
      : html`<td class="c" colspan="${Math.max(1, platforms.length)}"><i class="${tone} wide">${sign} ${word}</i></td>`;
  return html`<tr data-state="${row.state}" data-text="${search}"${held(row)}><th scope="row" class="n${isAlone ? ' alone' : ''}">${place}${name}</th><td class="s"><span class="pill ${tone}"><b aria-hidden="true">${sign}</b> ${word}</span></td>${cells}</tr>
`;
}

function held({ state }: Row): Markup {
  return state === 'blocked' ? html` class="held"` : html``;
}

function renderCell(kind: ReportKind, platform: string, cell: Cell | undefined): Markup {
  if (cell === undefined) return html`<td class="c"></td>`;
  const { sign, word, tone } = lookOfCell(kind, cell.state);
  const moves = cell.rows.map(describeMove).filter((text) => text !== '');
  const title = `${platform}: ${[word, ...moves].join(', ')}`;
  return html`<td class="c" title="${title}"><i class="${tone}" aria-hidden="true">${sign}</i><span class="sr">${word}</span></td>`;
}

function describeMove({ before, after }: PlatformChange): string {
  const digests = [before, after].flatMap((digest) => (digest === null ? [] : [shortDigest(digest)]));
  return [...new Set(digests)].join(' → ');
}

const CELL_STATES: readonly CellState[] = ['add', 'update', 'remove', 'restore', 'keep'];

/** What the signs in use mean. */
function renderLegend(kind: ReportKind, { rows }: Matrix): Markup {
  const cells = new Set(rows.flatMap((row) => [...row.cells.values()].map(({ state }) => state)));
  const looks = [
    ...CELL_STATES.filter((state) => cells.has(state)).map((state) => lookOfCell(kind, state)),
    ...(['blocked', 'unreadable'] as const)
      .filter((state) => rows.some((row) => row.state === state))
      .map((state) => lookOfRow(kind, state)),
  ];
  const items = looks.map(
    ({ sign, word, tone }) => html`<li><i class="${tone}" aria-hidden="true">${sign}</i> ${word}</li>`,
  );
  return html`<ul class="legend" aria-label="Signs">${items}</ul>`;
}
