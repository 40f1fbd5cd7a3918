import type { Finding } from '../finding.ts';
import { describeNote, isNote } from '../notes.ts';
import { breakable, html, type Markup } from './markup.ts';
import type { Look } from './words.ts';

/** What needs a look before anything else, or `good` when nothing does. */
export function renderUrgent(urgent: readonly Finding[], good: string): Markup {
  if (urgent.length === 0) {
    return html`<h2>Findings</h2><p class="good"><i class="badge add" aria-hidden="true">✓</i>${good}</p>`;
  }
  return html`<h2>Findings <small>${urgent.length} to look at</small></h2>
${renderFindings(urgent)}`;
}

/** What is only worth knowing. */
export function renderNotes(findings: readonly Finding[]): Markup {
  const notes = findings.filter(isNote);
  if (notes.length === 0) return html``;
  const items = notes.map((note) => html`<li>${breakable(describeNote(note))}</li>`);
  return html`<h2>Notes</h2><ul class="notes">${items}</ul>`;
}

function renderFindings(findings: readonly Finding[]): Markup {
  return html`<ol class="findings">${findings.map(renderFinding)}</ol>`;
}

function renderFinding(finding: Finding): Markup {
  const { references, message, remedy, rule, level } = finding;
  const { sign, tone } = lookOf(finding);
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

function lookOf({ rule }: Finding): Pick<Look, 'sign' | 'tone'> {
  if (rule.startsWith('blocked-')) return { sign: '!', tone: 'blocked' };
  if (rule === 'unreadable') return { sign: '?', tone: 'unreadable' };
  if (rule === 'child-missing') return { sign: '*', tone: 'restore' };
  if (rule === 'platform-unexpected' || rule === 'tag-missing') return { sign: '+', tone: 'add' };
  return { sign: '−', tone: 'remove' };
}
