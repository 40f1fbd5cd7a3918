import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { fitLines } from '../../../src/report/fit-lines.ts';
import { createStyle } from '../../../src/report/style.ts';

const ROW = '    ~ linux/arm64   41c0aa2 → e9d2b10   ghcr.io/acme/builds/api:1.8.2-arm64v8';

describe('lines that are wider than the terminal', () => {
  it('go on further in, on a line of their own', () => {
    expect(fitLines(ROW, 60)).toBe(
      '    ~ linux/arm64   41c0aa2 → e9d2b10\n        ghcr.io/acme/builds/api:1.8.2-arm64v8',
    );
  });

  it('stay whole where they just fit, in a file, and where nothing would fit', () => {
    expect([fitLines(ROW, ROW.length), fitLines(ROW, undefined), fitLines(ROW, 3)]).toEqual([ROW, ROW, ROW]);
  });

  it('never have a word broken, nor a sign alone', () => {
    const name = `ghcr.io/${'a'.repeat(100)}:1`;

    expect(fitLines(`+ ${name}   create`, 40)).toBe(`+ ${name}\n    create`);
  });

  it('are measured without what sets colours, and keep it', () => {
    const style = createStyle(1);
    const row = `    ${style.update('~')} linux/arm64   ${style.strong('41c0aa2')} → e9d2b10`;

    expect(fitLines(row, 45)).toBe(row);
    expect(stripVTControlCharacters(fitLines(`${row}   ${style.faint('one two')}`, 45))).toBe(
      '    ~ linux/arm64   41c0aa2 → e9d2b10   one\n        two',
    );
  });

  it('lose nothing but space', () => {
    const text = `${ROW}\n\n  ${'word '.repeat(50)}end\n`;

    expect(fitLines(text, 40).split(/\s+/)).toEqual(text.split(/\s+/));
  });
});
