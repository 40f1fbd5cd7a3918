import { stripVTControlCharacters } from 'node:util';

/** Below this nothing would be readable: the terminal breaks the lines itself. */
const MIN_COLUMNS = 40;

/** How far the rest of a line stands in from where it began. */
const INDENT = 4;

/**
 * Breaks lines that are wider than a terminal, between words, the rest further in. A word is never broken, so that a
 * reference can be copied whole. Without `columns`, and on a terminal too narrow for it, the text stays as it is.
 */
export function fitLines(text: string, columns: number | undefined): string {
  if (columns === undefined || columns < MIN_COLUMNS) return text;
  return text
    .split('\n')
    .flatMap((line) => (widthOf(line) <= columns ? [line] : breakLine(line, columns)))
    .join('\n');
}

function breakLine(line: string, columns: number): readonly string[] {
  const margin = /^ */.exec(line)?.[0] ?? '';
  const indent = `${margin}${' '.repeat(INDENT)}`;
  const lines: string[] = [];
  let current = margin;
  // Each piece is a word with the space before it.
  for (const [piece] of line.slice(margin.length).matchAll(/ *[^ ]+/g)) {
    // A sign is never left alone.
    const isFull = widthOf(current) + widthOf(piece) > columns && widthOf(current.trim()) > 1;
    if (isFull) lines.push(current);
    current = isFull ? `${indent}${piece.trimStart()}` : `${current}${piece}`;
  }
  return [...lines, current];
}

/** As a terminal shows it, without what sets colours. */
function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
