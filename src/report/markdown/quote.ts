import { blankControls, cleanText, redact } from '../../errors/redact.ts';

const MAX_CHARS = 2000;

/**
 * Text from outside as a code span: no mark-up, HTML, comment, link or @mention in it means anything there. The delimiter is
 * longer than any run of backticks inside (CommonMark 0.31, 6.1).
 */
export function code(text: string, maxChars = MAX_CHARS): string {
  const clean = cleanText(text, maxChars);
  if (clean === '') return '';
  const delimiter = '`'.repeat(longestRun(clean, /`+/g) + 1);
  const pad = clean.startsWith('`') || clean.endsWith('`') ? ' ' : '';
  return `${delimiter}${pad}${clean}${pad}${delimiter}`;
}

const MAX_LINE_CHARS = 500;

/** Lines from outside as a fenced block; the fence is longer than any run of backticks inside. */
export function fence(language: string, lines: readonly string[]): string {
  const clean = lines.map((line) => blankControls(redact(line)).slice(0, MAX_LINE_CHARS).trimEnd());
  const mark = '`'.repeat(Math.max(3, longestRun(clean.join('\n'), /`+/g) + 1));
  return [`${mark}${language}`, ...clean, mark].join('\n');
}

/**
 * Text from outside for a `<summary>`, where Markdown is read as well as HTML: all that means something in either is a
 * character reference. GitHub looks for @mentions outside of `<code>` only.
 */
export function htmlCode(text: string): string {
  const clean = cleanText(text, MAX_CHARS).replace(/[^\p{L}\p{N} ./:,()+→-]/gu, (mark) => `&#${mark.codePointAt(0)};`);
  return `<code>${clean}</code>`;
}

function longestRun(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].reduce((longest, [run]) => Math.max(longest, run.length), 0);
}

/** `a`, `b`, `c` */
export function codes(texts: readonly string[]): string {
  return texts.map((text) => code(text)).join(', ');
}
