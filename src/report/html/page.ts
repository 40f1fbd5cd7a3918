import { createHash } from 'node:crypto';
import type { AnyReport } from '../report.ts';
import { html, type Markup, verbatim } from './markup.ts';
import { SCRIPT } from './script.ts';
import { STYLE_SHEET } from './style-sheet.ts';

/** What differs from page to page. */
export interface PageParts {
  readonly title: string;
  readonly head: Markup;
  readonly main: Markup;
  readonly foot: Markup;
}

/** A page that needs nothing else: no request leaves it, and its policy would let none out. */
export function renderPage({ document }: AnyReport, { title, head, main, foot }: PageParts): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="generator" content="${document.tool.name} ${document.tool.version}">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${verbatim(STYLE_SHEET)}</style>
</head>
<body>
${head}
<main>
${main}
</main>
${foot}
<script>${verbatim(SCRIPT)}</script>
</body>
</html>
`.markup;
}

/** Where the words and states that are shown can be chosen; the script makes it visible. */
export function renderTools(): Markup {
  return html`<div class="tools" hidden><label for="filter" class="sr">Filter</label><input id="filter" type="search" placeholder="Filter: tag, platform, state … ( / )" autocomplete="off" spellcheck="false"><output id="shown" class="meta" role="status" aria-live="polite"></output></div>`;
}

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing may be loaded, sent or framed; only this style sheet and this script count. */
const POLICY = [
  "default-src 'none'",
  `style-src ${hash(STYLE_SHEET)}`,
  `script-src ${hash(SCRIPT)}`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
