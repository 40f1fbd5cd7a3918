import type { TagStatus } from '../../apply/apply-result.ts';
import { compareText } from '../../oci/text-order.ts';
import { describeRequests } from '../describe-change.ts';
import { countStatuses, describeResult } from '../describe-result.ts';
import type { Finding } from '../finding.ts';
import { collectFindings, isUrgent } from '../findings.ts';
import type { ResultReport } from '../report.ts';
import { renderCount, renderHeader } from './counts.ts';
import { renderNotes, renderUrgent } from './findings-list.ts';
import { breakable, html, type Markup } from './markup.ts';
import { renderPage, renderTools } from './page.ts';
import type { Look } from './words.ts';

type Change = ResultReport['document']['changes'][number];
type Tag = Change['tags'][number];

/** How an apply ended, as a page: what went wrong comes first, then every tag. */
export function renderResultPage(report: ResultReport): string {
  const { document } = report;
  const findings = collectFindings(report);
  const urgent = findings.filter(isUrgent);
  const title = describeResult(document);
  const main = html`${renderUrgent(report.kind, urgent, 'Every tag is as it should be.')}
<h2 id="matrix">Tags</h2>
${renderTools()}
${document.changes.length === 0 ? html`<p class="meta">No tags.</p>` : renderTags(document.changes)}
${renderNotes(findings)}`;
  return renderPage(report, { title, head: renderHead(report, title, urgent), main, foot: renderFoot(report) });
}

const LOOKS: Readonly<Record<TagStatus, Look>> = {
  done: { sign: '✓', word: 'done', tone: 'add' },
  already: { sign: '=', word: 'already so', tone: 'keep' },
  stale: { sign: '≠', word: 'stale', tone: 'update' },
  blocked: { sign: '!', word: 'blocked', tone: 'blocked' },
  failed: { sign: '✗', word: 'failed', tone: 'remove' },
  'not-started': { sign: '·', word: 'not started', tone: 'unreadable' },
};

function renderHead({ document }: ResultReport, title: string, urgent: readonly Finding[]): Markup {
  const counts = countStatuses(document);
  const verb = urgent.length > 0 ? 'Needs a look' : counts.done > 0 ? 'Done' : 'Nothing to do';
  const tone = urgent.some(({ level }) => level === 'error') ? 'remove' : urgent.length > 0 ? 'update' : 'add';
  const items = (Object.keys(LOOKS) as TagStatus[]).map((status) => renderCount(status, LOOKS[status], counts[status]));
  return renderHeader({ title, state: { verb, tone }, time: document.finishedAt, scope: '', counts: items });
}

function renderTags(changes: readonly Change[]): Markup {
  const rows = changes
    .flatMap((change) => change.tags.map((tag) => ({ change, tag })))
    .sort((a, b) => compareText(nameOf(a), nameOf(b)));
  const repositories = [...new Set(rows.map(({ change }) => change.repository))];
  const groups = repositories.map(
    (repository) => html`<tbody>
<tr class="g"><th scope="rowgroup" colspan="4"><span>${breakable(repository)}</span></th></tr>
${rows.filter(({ change }) => change.repository === repository).map(({ change, tag }) => renderTag(change, tag))}</tbody>
`,
  );
  return html`<div class="scroll" role="region" aria-labelledby="matrix" tabindex="0">
<table class="matrix">
<thead><tr><th scope="col" class="n">Tag</th><th scope="col">State</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>
${groups}
</table>
</div>`;
}

function nameOf({ change, tag }: { readonly change: Change; readonly tag: Tag }): string {
  return `${change.repository}:${tag.name}`;
}

function renderTag({ id, repository, origin }: Change, { name, status, before, after }: Tag): Markup {
  const { sign, word, tone } = LOOKS[status];
  const text = `${repository}:${name} ${id} ${status} ${word}`;
  return html`<tr data-state="${status}" data-text="${text}" title="${origin}"><th scope="row" class="n"><span class="sr">${repository}:</span>${breakable(name)}</th><td class="s"><span class="pill ${tone}"><b aria-hidden="true">${sign}</b> ${word}</span></td><td>${renderDigest(before)}</td><td>${renderDigest(after)}</td></tr>
`;
}

function renderDigest(digest: string | null): Markup {
  if (digest === null) return html`<span class="meta">absent</span>`;
  return html`<code title="${digest}">${digest.slice(digest.indexOf(':') + 1).slice(0, 7)}</code>`;
}

function renderFoot({ document, planned }: ResultReport): Markup {
  const { tool, requests } = document;
  const checksum = planned === undefined ? '' : html` · plan <code>${planned.document.checksum}</code>`;
  return html`<footer>${tool.name} ${tool.version}${checksum} · ${describeRequests(requests)}</footer>`;
}
