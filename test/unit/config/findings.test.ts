import { describe, expect, it } from 'vitest';
import { Budget } from '../../../src/config/budget.ts';
import { ConfigError } from '../../../src/config/diagnostic.ts';
import { Findings } from '../../../src/config/findings.ts';
import { MAX_EXPANDED_VALUES } from '../../../src/config/limits.ts';
import { makeList, makeText } from '../../../src/config/node.ts';
import { toSourceFile } from '../../../src/config/source-file.ts';
import { substitute } from '../../../src/config/substitute.ts';

function placeIn(path: string, offset: number) {
  const file = toSourceFile({ path, directory: '/', text: 'one\ntwo\n' });
  return { node: { file, offset }, path: ['key', offset] };
}

describe('findings', () => {
  it('are listed by file, line and column, whenever they are found', () => {
    const findings = new Findings(['b.yaml', 'a.yaml']);

    findings.note({ code: 'duplicate-tag', where: placeIn('a.yaml', 0), message: 'd' });
    findings.error({ code: 'invalid-tag', where: placeIn('b.yaml', 6), message: 'c' });
    findings.warn({ code: 'similar-tag', where: placeIn('b.yaml', 5), message: 'b' });
    findings.error({ code: 'invalid-tag', where: placeIn('b.yaml', 1), message: 'a', hint: 'h' });

    expect(findings.list().map(({ message }) => message)).toEqual(['a', 'b', 'c', 'd']);
    expect(findings.list()[0]).toEqual({
      severity: 'error',
      code: 'invalid-tag',
      message: 'a',
      hint: 'h',
      path: 'key[1]',
      origin: { file: 'b.yaml', line: 1, column: 2 },
    });
  });

  it('are listed once, but count each time', () => {
    const findings = new Findings(['a.yaml']);

    findings.error({ code: 'invalid-tag', where: placeIn('a.yaml', 1), message: 'a' });
    findings.error({ code: 'invalid-tag', where: placeIn('a.yaml', 1), message: 'a' });

    expect(findings.list()).toHaveLength(1);
    expect(findings.errorCount).toBe(2);
  });

  it('say no more of an unquoted value than that it needs quotes', () => {
    const findings = new Findings(['a.yaml']);

    findings.error({ code: 'not-text', where: placeIn('a.yaml', 1), message: 'a' });
    findings.error({ code: 'invalid-tag', where: placeIn('a.yaml', 1), message: 'b' });

    expect(findings.list().map(({ code }) => code)).toEqual(['not-text']);
  });

  it('keep an error even after a flood of warnings', () => {
    const findings = new Findings(['a.yaml']);

    for (let index = 0; index < 1500; index += 1) {
      findings.warn({ code: 'similar-tag', where: placeIn('a.yaml', 1), message: `${index}` });
    }
    findings.error({ code: 'invalid-tag', where: placeIn('a.yaml', 2), message: 'the reason' });

    expect(findings.list()).toHaveLength(1001);
    expect(() => findings.assertNoError()).toThrow(ConfigError);
    expect(findings.list().at(-1)?.message).toBe('the reason');
  });
});

describe('the budget of a run', () => {
  it('is refused when it is overspent, with one error', () => {
    const findings = new Findings(['a.yaml']);
    const budget = new Budget(findings);
    const where = placeIn('a.yaml', 0);

    const answers = [MAX_EXPANDED_VALUES - 1, 1, 1, 1].map((count) => budget.spendValues(count, where));

    expect(answers).toEqual([true, true, false, false]);
    expect(findings.list()).toHaveLength(1);
  });

  it('is spent by a list each time that a variable stands for it', () => {
    const findings = new Findings(['a.yaml']);
    const budget = new Budget(findings);
    const { node } = placeIn('a.yaml', 0);
    const list = makeList(
      node,
      Array.from({ length: 0.4 * MAX_EXPANDED_VALUES }, () => makeText(node, 'x')),
    );
    const texts = makeList(
      node,
      Array.from({ length: 3 }, () => makeText(node, '${many}')),
    );

    const result = substitute({ node: texts, path: [] }, { scope: new Map([['many', list]]), findings, budget });

    expect(result.kind === 'list' && result.items.map(({ kind }) => kind)).toEqual(['list', 'list', 'hole']);
    expect(findings.list().map(({ code }) => code)).toEqual(['too-many-values']);
  });
});
