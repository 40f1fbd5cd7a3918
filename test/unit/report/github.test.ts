import { describe, expect, it } from 'vitest';
import { renderGithubOutputs } from '../../../src/report/github/outputs.ts';
import { MAX_SUMMARY_BYTES, renderGithub } from '../../../src/report/github/render.ts';
import { hostileReport, hugeReport, richReport } from '../../support/rich-plan.ts';
import { richResult } from '../../support/rich-result.ts';

const huge = hugeReport();
const COMMAND = /^::(error|warning|notice) ((?:[a-z]+=[^:,\r\n]*,?)+)::([^\r\n]*)$/;

describe('annotations for GitHub', () => {
  it.each([
    ['rich', richReport()],
    ['huge', huge],
    ['hostile', hostileReport()],
  ])('of a %s plan are lines that the runner reads, ten of a level at most', (_name, report) => {
    const lines = renderGithub(report).commands.trimEnd().split('\n');
    const levels = lines.map((line) => COMMAND.exec(line)?.[1] ?? line);
    const counts = ['error', 'warning', 'notice'].map((level) => levels.filter((each) => each === level).length);

    expect(counts.reduce((sum, count) => sum + count)).toBe(lines.length);
    expect(Math.max(...counts)).toBeLessThanOrEqual(10);
  });

  it('point at the line of the config, below the root of the repository', () => {
    const { commands } = renderGithub(richReport({ folder: 'deploy/images/' }));

    expect(commands).toContain('::warning file=deploy/images/manifests.yaml,line=30,col=5,title=platform-removed::');
  });

  it('say how many are not shown', () => {
    expect(renderGithub(huge).commands).toContain('::warning title=plait::291 more are not shown here');
  });

  it('leave a summary of at most 1 MiB', () => {
    const { summary } = renderGithub(huge);

    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(MAX_SUMMARY_BYTES);
    expect(summary.match(/<details>/g)).toHaveLength(500);
  });
});

describe('outputs for GitHub', () => {
  it('count images of a plan', () => {
    const { checksum } = richReport().document;

    expect(renderGithubOutputs(richReport())).toBe(
      `changes=6\ndrift=2\nblocked=8\nerrors=3\nplan-checksum=${checksum}\n`,
    );
  });

  it('count images of a result', () => {
    const { checksum } = richReport().document;

    expect(renderGithubOutputs(richResult())).toBe(
      `changes=2\ndrift=3\nblocked=8\nerrors=4\nplan-checksum=${checksum}\n`,
    );
  });
});
