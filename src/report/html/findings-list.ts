import type { Finding } from '../finding.ts';
import { describeNote, isNote } from '../notes.ts';
import type { AnyReport } from '../report.ts';
import { breakable, html, type Markup } from './markup.ts';
import type { Look } from './words.ts';

/** What needs a look before anything else, or `good` when nothing does. */
export function renderUrgent(kind: AnyReport['kind'], urgent: readonly Finding[], good: string): Markup {
  if (urgent.length === 0) {
    return html`<h2>Findings</h2><p class="good"><i class="badge add" aria-hidden="true">✓</i>${good}</p>`;
  }
  return html`<h2>Findings <small>${urgent.length} to look at</small></h2>
${renderFindings(urgent, kind)}`;
}

/** What is only worth knowing. */
export function renderNotes(findings: readonly Finding[]): Markup {
  const notes = findings.filter(isNote);
  if (notes.length === 0) return html``;
  const items = notes.map((note) => html`<li>${breakable(describeNote(note))}</li>`);
  return html`<h2>Notes</h2><ul class="notes">${items}</ul>`;
}

function renderFindings(findings: readonly Finding[], kind: AnyReport['kind']): Markup {
  return html`<ol class="findings">${findings.map((finding) => renderFinding(finding, kind))}</ol>`;
}

function renderFinding(finding: Finding, kind: AnyReport['kind']): Markup {
  const { references, message, remedy, rule, level } = finding;
  const { sign, tone } = lookOf(finding, kind);
  const names = references.slice(0, MAX_NAMES).map((name) => html`<strong>${breakable(name)}</strong> `);
  const more =
    references.length > MAX_NAMES
      ? html`<details><summary>and ${references.length - MAX_NAMES} more</summary>${references.slice(MAX_NAMES).map((name) => html`<code>${breakable(name)}</code> `)}</details>`
      : '';
  return html`<li class="finding ${tone}"><i class="badge ${tone}" aria-hidden="true">${sign}</i><div>
<p class="names">${names}</p>${more}
<p>${breakable(message)}</p>
${remedy === undefined ? '' : html`<p class="remedy"><code>${remedy}</code></p>`}
<p class="meta">${level === 'note' ? '' : `${level} · `}${rule}${renderPlace(finding)}</p>
</div></li>
`;
}

const MAX_NAMES = 6;

function renderPlace({ place }: Finding): Markup {
  return place === undefined ? html`` : html` · ${breakable(`${place.file}:${place.line}:${place.column}`)}`;
}

const LOOKS: Readonly<Partial<Record<Finding['rule'], Pick<Look, 'sign' | 'tone'>>>> = {
  unreadable: { sign: '?', tone: 'unreadable' },
  'child-missing': { sign: '*', tone: 'restore' },
  'tag-missing': { sign: '+', tone: 'add' },
  'tag-blocked': { sign: '!', tone: 'blocked' },
  'tag-stale': { sign: '≠', tone: 'update' },
  'tag-failed': { sign: '✗', tone: 'remove' },
  'tag-not-started': { sign: '·', tone: 'unreadable' },
};

/** The sign that the tag has in the matrix: in a report on drift that is what an apply would do. */
function lookOf({ rule }: Finding, kind: AnyReport['kind']): Pick<Look, 'sign' | 'tone'> {
  if (rule.startsWith('blocked-')) return { sign: '!', tone: 'blocked' };
  if (rule === 'platform-removed' && kind === 'drift') return { sign: '+', tone: 'add' };
  return LOOKS[rule] ?? { sign: '−', tone: 'remove' };
}
