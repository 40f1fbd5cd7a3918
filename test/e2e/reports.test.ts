import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventSchema, type ReportEvent } from '../../src/report/ndjson/events-schema.ts';
import { describeWithRegistry, type RealRegistry, startRegistry } from '../support/real-registry.ts';
import { makeProject, plait, seed, writeConfig } from '../support/scenario.ts';

const FILES = ['text', 'json', 'ndjson', 'markdown', 'html', 'github', 'junit', 'sarif'] as const;
const toFiles = FILES.flatMap((format) => ['-O', `${format}=out/${format}`]);

function readEvents(text: string): readonly ReportEvent[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => eventSchema.parse(JSON.parse(line)));
}

describeWithRegistry('reports', () => {
  let registry: RealRegistry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.stop());

  /** A project of one image with two tags, its sources pushed. */
  async function prepare(path: string): Promise<{ readonly folder: string; readonly config: string }> {
    for (const arch of ['amd64', 'arm64']) {
      await seed(registry, `${path}/app:build-${arch}`, { platform: `linux/${arch}` });
    }
    const config = `
version: 1
images:
  - id: app
    target: ${registry.host}/${path}/app
    tags: ["1.0.0", latest]
    platforms: [linux/amd64, linux/arm64]
    source: ${registry.host}/${path}/app:build-{arch}
`;
    const folder = makeProject(config);
    mkdirSync(join(folder, 'out'));
    return { folder, config };
  }

  const readAll = (folder: string) => FILES.map((format) => readFileSync(join(folder, 'out', format), 'utf8'));

  it('of a plan come in all formats at once, and as text on standard output', async () => {
    const { folder } = await prepare('plan');

    const planned = await plait(folder, ['plan', ...toFiles]);
    const [text, ...others] = readAll(folder);

    expect([planned.code, planned.stdout]).toEqual([0, text]);
    expect(others.filter((report) => !report.includes(`${registry.host}/plan/app`))).toEqual([]);
  });

  it('of an apply say how it ended', async () => {
    const { folder } = await prepare('apply');

    const applied = await plait(folder, ['apply', '--yes', '--result', 'result.json', ...toFiles]);
    const shown = await plait(folder, ['show', 'result.json', '-O', 'markdown']);

    expect([applied.code, shown.code]).toEqual([0, 0]);
    expect(readAll(folder).filter((report) => !/done|moved/.test(report))).toEqual([]);
    expect(readFileSync(join(folder, 'result.json'), 'utf8')).toBe(readFileSync(join(folder, 'out/json'), 'utf8'));
    expect(shown.stdout).toBe(readFileSync(join(folder, 'out/markdown'), 'utf8'));
  });

  it('are written when a guard holds something back, a source is missing, and an apply is partial', async () => {
    const { folder, config } = await prepare('codes');
    await plait(folder, ['apply', '--yes']);
    writeConfig(folder, config.replace(', linux/arm64]', ']'));
    const blocked = await plait(folder, ['plan', ...toFiles]);
    const ofBlocked = readAll(folder);
    writeConfig(folder, config.replace('build-{arch}', 'missing-{arch}'));
    const failed = await plait(folder, ['plan', ...toFiles]);

    expect([blocked.code, failed.code]).toEqual([3, 1]);
    expect(ofBlocked.filter((report) => !report.includes('platform-removal'))).toEqual([]);
    expect(readAll(folder).filter((report) => !report.includes('missing-amd64'))).toEqual([]);
  });

  it('of a dry run are those of the plan', async () => {
    const { folder } = await prepare('dry');

    const { code, stdout } = await plait(folder, ['apply', '--dry-run', '-O', 'json']);

    expect([code, (JSON.parse(stdout) as { summary: { create: number } }).summary.create]).toEqual([0, 1]);
  });

  it('of an apply as ndjson tell of the plan, the work, every tag and the end, in this order', async () => {
    const { folder } = await prepare('events');

    const { code, stdout } = await plait(folder, ['apply', '--yes', '-O', 'ndjson', '-O', 'ndjson=out/copy']);
    const events = readEvents(stdout);
    const order = events.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]);

    expect(code).toBe(0);
    expect(order).toEqual(['version', 'planned', 'apply_start', 'apply_progress', 'apply_complete', 'summary']);
    expect(events.filter((event) => event.type === 'apply_progress' && event.done > event.total)).toEqual([]);
    expect(events.filter(({ type }) => type === 'apply_complete')).toHaveLength(2);
    expect(readFileSync(join(folder, 'out/copy'), 'utf8')).toBe(stdout);
  });

  it('refuse two that want standard output, two of one file, and what cannot be written, before anything is read', async () => {
    const { folder } = await prepare('usage');
    const seen = registry.log().length;

    const results = await Promise.all([
      plait(folder, ['plan', '-O', 'json', '-O', 'html']),
      plait(folder, ['plan', '-O', 'json=x', '-O', 'html=x']),
      plait(folder, ['apply', '--yes', '-O', 'html=missing/x.html']),
      plait(folder, ['plan', '-O', 'pdf']),
    ]);

    expect(results.map(({ code }) => code)).toEqual([64, 64, 64, 64]);
    expect(results.map(({ stderr }) => /hint: /i.test(stderr))).toEqual([true, true, true, true]);
    expect(registry.log().length).toBe(seen);
  });

  it('that fail do not keep the others from being written, and the exit code says so', async () => {
    const { folder } = await prepare('full');

    const planned = await plait(folder, ['plan', '-O', 'json=/dev/full', '-O', 'html=out/page.html']);

    expect(planned.code).toBe(1);
    expect(planned.stderr).toContain('/dev/full');
    expect(existsSync(join(folder, 'out/page.html'))).toBe(true);
  });

  describe('on GitHub Actions', () => {
    const makeRunner = (folder: string) => {
      const [summary, outputs] = [join(folder, 'summary.md'), join(folder, 'outputs')];
      writeFileSync(summary, '# Before\n');
      writeFileSync(outputs, 'before=1\n');
      const env = { GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: outputs, GITHUB_WORKSPACE: join(folder, '..') };
      return { env, read: () => ({ summary: readFileSync(summary, 'utf8'), outputs: readFileSync(outputs, 'utf8') }) };
    };

    it('annotations go to standard output, the summary and the outputs to the files of the step', async () => {
      const { folder, config } = await prepare('actions');
      await plait(folder, ['apply', '--yes']);
      writeConfig(folder, config.replace(', linux/arm64]', ']'));
      const { env, read } = makeRunner(folder);

      const { code, stdout } = await plait(folder, ['plan', '-O', 'github'], { env });
      const { summary, outputs } = read();

      expect(code).toBe(3);
      expect(stdout).toMatch(
        /^::error file=[^,/]+\/manifests\.yaml,line=4,col=5,title=blocked-platform-removal::.*lose/,
      );
      expect(summary).toMatch(/^# Before\n<!-- plait:plan /);
      expect(outputs).toMatch(
        /^before=1\nchanges=0\ndrift=0\nblocked=1\nerrors=0\nplan-checksum=sha256:[0-9a-f]{64}\n$/,
      );
    });

    it('outputs are written whatever the format, for an apply too', async () => {
      const { folder } = await prepare('outputs');
      const { env, read } = makeRunner(folder);

      await plait(folder, ['apply', '--yes'], { env });

      expect(read().outputs).toMatch(/changes=1\ndrift=0\nblocked=0\nerrors=0\nplan-checksum=sha256:/);
      expect(read().summary).toBe('# Before\n');
    });

    it('with a path the summary goes there and annotations to standard error', async () => {
      const { folder } = await prepare('path');

      const { stdout, stderr } = await plait(folder, ['plan', '-O', 'github=out/summary.md', '-O', 'json']);

      expect(() => JSON.parse(stdout) as unknown).not.toThrow();
      expect(stderr).toContain('::notice ');
      expect(readFileSync(join(folder, 'out/summary.md'), 'utf8')).toContain('## Plan: 1 to create');
    });

    it('a file of the runner that cannot be written is an error with its name', async () => {
      const { folder } = await prepare('broken');

      const { code, stderr } = await plait(folder, ['plan'], { env: { GITHUB_OUTPUT: join(folder, 'no/such/file') } });

      expect(code).toBe(1);
      expect(stderr).toContain('unset GITHUB_OUTPUT');
    });
  });
});
