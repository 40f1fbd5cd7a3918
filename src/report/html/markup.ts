import { blankControls, redact } from '../../errors/redact.ts';

/** HTML that is safe to be put into a page as it is. Made by {@link html} alone. */
export interface Markup {
  readonly markup: string;
}

type Value = string | number | Markup | readonly Value[];

/** HTML of a template in our own words; every text that is filled in is escaped, for contents and quoted attributes alike. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return { markup: parts.reduce((text, part, index) => `${text}${toHtml(values[index - 1] ?? '')}${part}`) };
}

function toHtml(value: Value): string {
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return 'markup' in value ? value.markup : value.map(toHtml).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return blankControls(redact(text)).replace(/[&<>"']/g, (mark) => ENTITIES[mark] ?? '');
}

/** A name that may be broken behind its marks, so that it needs no more width than there is. */
export function breakable(text: string): Markup {
  const parts = text.split(/(?<=[/:@(+,])/);
  return { markup: parts.map(escapeHtml).join('<wbr>') };
}

/** Our own text as it is: a style sheet or a script. */
export function verbatim(text: string): Markup {
  return { markup: text };
}
