import { html, type Markup } from './markup.ts';
import type { Look } from './words.ts';

/** The top of a page. */
export interface HeaderParts {
  /** `Plan: 2 to create` */
  readonly title: string;
  readonly state: { readonly verb: string; readonly tone: Look['tone'] };
  /** ISO 8601. */
  readonly time: string;
  /** What part of the config it is about; empty for all of it. */
  readonly scope: string;
  readonly counts: readonly Markup[];
}

/** Verdict, and how many tags are in which state. */
export function renderHeader({ title, state, time, scope, counts }: HeaderParts): Markup {
  const [name = '', verdict = ''] = title.split(': ');
  return html`<header>
<p class="eyebrow"><span>plait ${name.toLowerCase()}</span><span class="pill ${state.tone}">${state.verb}</span><time datetime="${time}">${time.replace('T', ' ').replace(/(?:\.\d+)?Z$/, ' UTC')}</time></p>
<h1>${verdict}</h1>
${scope === '' ? '' : html`<p>Part of the config only: <code>${scope}</code></p>`}
<ul class="counts" aria-label="Tags by state">${counts}</ul>
</header>`;
}

/** How many tags are in a state; a button that shows them alone where scripts run. */
export function renderCount(state: string, { sign, word, tone }: Look, count: number): Markup {
  return html`<li class="${count === 0 ? 'none' : 'some'}"><button type="button" disabled data-state="${state}"><i class="badge ${tone}" aria-hidden="true">${sign}</i><span><b>${count} <small>tag${count === 1 ? '' : 's'}</small></b>${word}</span></button></li>
`;
}
