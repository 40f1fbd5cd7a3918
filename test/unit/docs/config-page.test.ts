import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ARCH_NAME_SETS, type ArchNameSet, findArchName } from '../../../src/config/arch-names.ts';
import * as limits from '../../../src/config/limits.ts';
import { expandPlaceholders, PLACEHOLDERS } from '../../../src/config/placeholders.ts';
import { formatPlatform, normalizePlatform, parsePlatform } from '../../../src/oci/platform.ts';

const PAGE = readFileSync('docs/config.md', 'utf8');

/** The rows of the table below `head`, cells without backticks. */
function readTable(head: string): readonly (readonly string[])[] {
  const table = PAGE.slice(PAGE.indexOf(head)).split('\n\n')[0] ?? '';
  const rows = table.split('\n').filter((_, index) => index !== 1);
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.replaceAll('`', '').trim()),
  );
}

function fold(text: string): string {
  return formatPlatform(normalizePlatform(parsePlatform(text)));
}

/** The tables that people wrote; those of the keys are generated. */
describe('docs/config.md', () => {
  const folded = readTable('| Written | Folded |').slice(1);
  const [, ...names] = readTable('| Platform | `goarch` (default) |');
  const [[, ...platforms] = [], ...placeholders] = readTable('| Placeholder |');

  it.each(folded)('says that %s is %s', (written, expected) => {
    expect(written?.split(', ').map(fold)).toEqual(written?.split(', ').map(() => expected));
  });

  it.each(names)('says how the architecture of %s is called', (platform = '', ...cells) => {
    const found = ARCH_NAME_SETS.map((set: ArchNameSet) => findArchName(parsePlatform(platform), set));
    expect(found).toEqual(cells);
  });

  it.each(placeholders.filter(([name]) => name !== '{archName}'))('says what %s is', (name = '', ...cells) => {
    const found = platforms.map((platform) => expandPlaceholders(name, parsePlatform(platform), 'goarch'));
    expect(found).toEqual(cells);
  });

  it('names every placeholder', () => {
    expect(placeholders.map(([name]) => name)).toEqual(PLACEHOLDERS.map((name) => `{${name}}`));
  });

  it('says what the limits are', () => {
    const shown = readTable('| What | At most |').flatMap(
      ([, cell = '']) => cell.replaceAll(',', '').match(/\d+/g) ?? [],
    );

    expect(shown.map(Number)).toEqual([
      limits.MAX_FILE_BYTES / 1024 / 1024,
      limits.MAX_TOKENS,
      limits.MAX_DEPTH,
      limits.MAX_VALUES,
      limits.MAX_EXPANDED_VALUES,
      limits.MAX_MATRIX_ROWS,
      limits.MAX_MATRIX_EDITS,
      limits.MAX_TEXT_CHARS,
      limits.MAX_EXPANDED_CHARS / 1024 / 1024,
      limits.MAX_PATTERN_CHARS,
      limits.MAX_PATTERN_CHARS,
      limits.MAX_PATTERN_MS / 1000,
      limits.MAX_INCLUDED_FILES,
      limits.MAX_INCLUDE_DEPTH,
      limits.MAX_INCLUDED_CHARS / 1024 / 1024,
      limits.MAX_ALIASES,
      limits.MAX_DIAGNOSTICS,
    ]);
  });
});
