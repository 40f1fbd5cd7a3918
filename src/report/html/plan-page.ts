import { describeRequests, describeScope } from '../describe-change.ts';
import { describeReport } from '../describe-report.ts';
import type { Finding } from '../finding.ts';
import { collectFindings, isUrgent } from '../findings.ts';
import type { Report } from '../report.ts';
import { renderChange } from './changes.ts';
import { renderCount, renderHeader } from './counts.ts';
import { renderNotes, renderUrgent } from './findings-list.ts';
import { html, type Markup } from './markup.ts';
import { type Matrix, type RowState, toMatrix } from './matrix.ts';
import { renderMatrix } from './matrix-table.ts';
import { renderPage, renderTools } from './page.ts';
import { lookOfRow, ROW_STATES } from './words.ts';

/**
 * A plan or a report on drift as a page: what needs a look comes first, then every tag by every platform, then every
 * change in full, folded.
 */
export function renderPlanPage(report: Report): string {
  const { kind, plan } = report;
  const findings = collectFindings(report);
  const urgent = findings.filter(isUrgent);
  const matrix = toMatrix(report);
  const changes = [...plan.changes, ...plan.blocked];
  const title = describeReport(report);
  const main = html`${renderUrgent(kind, urgent, 'Nothing is removed, held back, unreadable or missing.')}
<h2 id="matrix">Tags and platforms</h2>
${renderTools()}
${matrix.rows.length === 0 ? html`<p class="meta">No tags.</p>` : renderMatrix(kind, matrix)}
${
  changes.length === 0
    ? ''
    : html`<h2>${kind === 'plan' ? 'Changes' : 'Differences'} <small>in full</small></h2>
${changes.map((change, position) => renderChange(kind, change, position))}`
}
${renderNotes(findings)}`;
  return renderPage(report, {
    title,
    head: renderHead(report, { title, matrix, urgent }),
    main,
    foot: renderFoot(report),
  });
}

interface Head {
  readonly title: string;
  readonly matrix: Matrix;
  readonly urgent: readonly Finding[];
}

function renderHead({ kind, document, plan }: Report, { title, matrix, urgent }: Head): Markup {
  const hasWork = plan.changes.length > 0;
  const verb = urgent.length > 0 ? 'Needs a look' : hasWork && kind === 'plan' ? 'Ready to apply' : 'Nothing to do';
  const tone = urgent.some(({ level }) => level === 'error') ? 'remove' : urgent.length > 0 ? 'update' : 'add';
  const shown = ROW_STATES.filter((state) => state !== (kind === 'plan' ? 'ignored' : 'blocked'));
  const counts = shown.map((state) => renderCount(state, lookOfRow(kind, state), countRows(matrix, state)));
  return renderHeader({
    title,
    state: { verb, tone },
    time: document.createdAt,
    scope: describeScope(plan),
    counts,
  });
}

function countRows({ rows }: Matrix, state: RowState): number {
  return rows.filter((row) => row.state === state).length;
}

function renderFoot({ document, files }: Report): Markup {
  const { tool, config, checksum, expiresAt, requests } = document;
  const commit = config.gitCommit === null ? '' : html` · commit <code>${config.gitCommit}</code>`;
  const sums =
    files === undefined
      ? html`checksum <code>${checksum}</code>`
      : files.map((file) => html`${file.path} <code>${file.document.checksum}</code> `);
  return html`<footer>${tool.name} ${tool.version} · good until ${expiresAt}${commit} · ${sums} · ${describeRequests(requests)}</footer>`;
}
