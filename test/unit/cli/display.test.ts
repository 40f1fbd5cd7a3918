import { describe, expect, it } from 'vitest';
import type { CliContext } from '../../../src/cli/context.ts';
import { chooseStyle } from '../../../src/cli/display.ts';
import type { Output } from '../../../src/cli/output.ts';

const terminal: Output = { isTerminal: true, columns: 80, write: () => undefined };
const pipe: Output = { ...terminal, isTerminal: false };

function isColored(
  output: Output,
  environment: Readonly<Record<string, string>>,
  color: 'auto' | 'always' | 'never' = 'auto',
): boolean {
  const context = { environment } as unknown as CliContext;
  return chooseStyle(context, output, color).add('x') !== 'x';
}

describe('colours', () => {
  it.each([
    ['are there on a terminal', terminal, {}, true],
    ['are not there in a pipe', pipe, {}, false],
    ['are not there with NO_COLOR', terminal, { NO_COLOR: '1' }, false],
    ['are there with an empty NO_COLOR', terminal, { NO_COLOR: '' }, true],
    ['are there in a pipe with FORCE_COLOR', pipe, { FORCE_COLOR: '1' }, true],
    ['are not there with FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false],
    ['are not there when NO_COLOR and FORCE_COLOR disagree', terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    ['are not there on a terminal that knows none', terminal, { TERM: 'dumb' }, false],
  ] as const)('%s', (_what, output, environment, expected) => {
    expect(isColored(output, environment)).toBe(expected);
  });

  it('follow --color before everything else', () => {
    expect(isColored(pipe, { NO_COLOR: '1' }, 'always')).toBe(true);
    expect(isColored(terminal, { FORCE_COLOR: '1' }, 'never')).toBe(false);
  });
});
