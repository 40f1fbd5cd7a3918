import { cleanText } from '../errors/redact.ts';
import { shortDigest } from '../oci/digest.ts';
import type { Comparison } from '../plan/comparison.ts';
import type { Style } from './style.ts';
import { countHidden, listFieldRows, listPlatformRows, type RowOptions } from './text-rows.ts';

/** What differs between two sides: verdict first, one block a tag, rows as in a plan. */
export function renderTextDiff(comparisons: readonly Comparison[], options: RowOptions): string {
  const different = comparisons.filter(({ isSame }) => !isSame);
  const shown = options.showUnchanged ? comparisons : different;
  const blocks = shown.flatMap((comparison) => ['', ...describe(comparison, options)]);
  const verdict = describeVerdict(comparisons, different.length);
  return `${[options.style.strong(`Diff: ${verdict}`), ...blocks].join('\n')}\n`;
}

function describeVerdict(comparisons: readonly Comparison[], different: number): string {
  const same = comparisons.length - different;
  const isRewritten = comparisons.some(({ before, after }) => before !== after);
  if (different === 0) return isRewritten ? 'no difference but in bytes that mean the same' : 'no difference';
  return same === 0 ? `${different} different` : `${different} different, ${same} the same`;
}

function describe(comparison: Comparison, options: RowOptions): readonly string[] {
  const { style } = options;
  const hidden = countHidden(comparison, options.showUnchanged);
  const rows = [...listPlatformRows(comparison, options), ...listFieldRows(comparison, style)];
  const name = style.strong(cleanText(comparison.name, 400));
  const note = comparison.note === undefined ? '' : `  ${comparison.note}`;
  return [
    `${markOf(comparison, style)} ${name}   ${describeMove(comparison)}${note}`.trimEnd(),
    ...rows.map((row) => `    ${row}`),
    ...(hidden === 0 ? [] : [`      ${style.faint(`(${hidden} platform${hidden === 1 ? '' : 's'} the same)`)}`]),
  ];
}

function markOf({ before, after, isSame }: Comparison, style: Style): string {
  if (isSame) return style.faint('=');
  if (before === null && after !== null) return style.add('+');
  return after === null && before !== null ? style.remove('-') : style.update('~');
}

function describeMove({ before, after }: Comparison): string {
  const sides = [before, after].map((digest) => (digest === null ? 'absent' : shortDigest(digest)));
  return before === after ? (sides[0] ?? '') : sides.join(' → ');
}
