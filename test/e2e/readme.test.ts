import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { parsePage } from '../support/docs-page.ts';
import { runHere } from '../support/run-here.ts';
import { makeProject, seed } from '../support/scenario.ts';

/** The README shows a plan for ghcr.io. Here the same happens on a playground, and only names and digests differ. */
describe('the first config of the README', () => {
  const { blocks } = parsePage('README.md', readFileSync('README.md', 'utf8'));
  const config = blocks.find(({ language }) => language === 'yaml')?.text ?? '';
  const transcript = blocks.find(({ language }) => language === 'console')?.text ?? '';
  const shown = /^\$ plait plan\n([\s\S]*?)\n\$ /.exec(transcript)?.[1] ?? '';
  let playground: Playground;
  beforeAll(async () => {
    playground = await startPlayground({});
  });
  afterAll(() => playground.close());

  const run = (text: string, args: readonly string[]) => {
    const folder = makeProject(text.replaceAll('ghcr.io/', `${playground.host}/`));
    return runHere(args, { cwd: folder, home: folder });
  };
  const push = (suffix: string, platform: string, text: string) =>
    seed(playground, `acme/builds/api:1.8.2-${suffix}`, { platform, text });

  /** What stays when digests, counts of requests and the length of names are taken away. */
  const toShape = (text: string) =>
    text
      .replaceAll(`${playground.host}/`, 'ghcr.io/')
      .replaceAll(/\b[0-9a-f]{7}\b/g, 'DIGEST')
      .replaceAll(/\d+ (HEAD|GET)/g, 'N $1')
      .replaceAll(/ {3,}(?=\S)/g, '   ')
      .trimEnd();

  it('has the plan that is shown, where an older build is live', async () => {
    await push('amd64', 'linux/amd64', 'same');
    await push('arm64', 'linux/arm64', 'old');
    const older = config.replace(/\[linux.*\]/, '[linux/amd64, linux/arm64]').replace('"1.8.2", ', '');
    const before = await run(older, ['apply', '--yes']);
    await push('arm64', 'linux/arm64', 'new');
    await push('arm-v7', 'linux/arm/v7', 'new');
    const released = await run(config.replace(', "1.8", latest', ''), ['apply', '--yes']);

    const planned = await run(config, ['plan']);

    expect([before.code, released.code, planned.code]).toEqual([0, 0, 0]);
    expect(toShape(shown)).toContain('update');
    expect(toShape(planned.stdout)).toBe(toShape(shown));
  });
});
