import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { runWithPlait } from '../support/plait-on-path.ts';
import type { CliResult } from '../support/run-cli.ts';
import { makeProject, seed, writeConfig } from '../support/scenario.ts';

let registry: Playground;
let folder: string;
beforeEach(async () => {
  registry = await startPlayground();
  await seed(registry, 'app:ci-amd64', { platform: 'linux/amd64' });
  folder = makeProject(`version: 1
images:
  - target: ${registry.host}/app
    tags: ["1.0.0"]
    platforms: [linux/amd64]
    source: ${registry.host}/app:ci-{arch}
`);
});
afterEach(() => registry.close());

function shell(lines: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  return runWithPlait('bash', ['-e', '-c', lines.join('\n')], { cwd: folder, env });
}

const missing = (paths: readonly string[]) => paths.filter((path) => !existsSync(join(folder, path)));

interface GitlabJob {
  readonly extends: string;
  readonly script: readonly string[];
  readonly artifacts: { readonly paths?: readonly string[]; readonly reports?: { readonly junit: string } };
}

interface GitlabTemplate extends Readonly<Record<string, unknown>> {
  readonly variables: Readonly<Record<string, string>>;
  readonly '.plait': { readonly before_script: readonly string[] };
}

describe('the template for GitLab CI', () => {
  const template = parse(readFileSync('deploy/gitlab/plait.gitlab-ci.yml', 'utf8')) as GitlabTemplate;
  const jobOf = (name: string) => template[name] as GitlabJob;
  const run = (name: string) => shell([...template['.plait'].before_script, ...jobOf(name).script], template.variables);
  const artifactsOf = (name: string) => {
    const { paths = [], reports } = jobOf(name).artifacts;
    return [...paths, ...(reports === undefined ? [] : [reports.junit])];
  };

  it.each([
    ['plait-plan', 0],
    ['plait-drift', 2],
    ['plait-apply', 0],
  ])('%s does what it says and leaves its artifacts', async (name, code) => {
    expect(await run(name)).toMatchObject({ code });
    expect(missing(artifactsOf(name))).toEqual([]);
  });

  it('is in sync after its apply', async () => {
    await run('plait-apply');

    expect(await run('plait-drift')).toMatchObject({ code: 0 });
  });

  it.each(['plait-plan', 'plait-apply', 'plait-drift'])('%s fails on a config that is wrong', async (name) => {
    writeConfig(folder, 'version: 1\nimages: [{}]\n');
    const seen = registry.requests.length;

    expect(await run(name)).not.toMatchObject({ code: 0 });
    expect(registry.requests.slice(seen)).toEqual([]);
  });

  it('installs the version that it belongs to', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

    expect(template.variables.PLAIT_PACKAGE).toBe(`plait@${version}`);
  });
});

describe('the Jenkinsfile', () => {
  const text = readFileSync('deploy/jenkins/Jenkinsfile', 'utf8');
  const steps = [...text.matchAll(/^ *stage\('(\w+)'\)[\s\S]*?\bsh '([^']+)'/gm)].map(([, stage, line]) => ({
    stage,
    line: line ?? '',
  }));

  it('plans, applies that plan, and finds no drift then', async () => {
    const codes: (number | null)[] = [];
    for (const { line } of steps) codes.push((await shell([line])).code);

    expect(steps.map(({ stage }) => stage)).toEqual(['Plan', 'Apply', 'Drift']);
    expect(codes).toEqual([0, 0, 0]);
  });

  it('leaves what it archives', async () => {
    for (const { line } of steps) await shell([line]);
    const [, archived = ''] = /artifacts: '([^']+)'/.exec(text) ?? [];
    const [, results = ''] = /testResults: '([^']+)'/.exec(text) ?? [];

    expect(missing([...archived.split(','), results])).toEqual([]);
  });

  it('closes what it opens', () => {
    const count = (mark: string) => text.split(mark).length;

    expect([count('{'), count('['), count('(')]).toEqual([count('}'), count(']'), count(')')]);
  });
});

describe('the hook for pre-commit', () => {
  const [hook] = parse(readFileSync('.pre-commit-hooks.yaml', 'utf8')) as {
    readonly entry: string;
    readonly files: string;
  }[];

  it('passes a config that is right, and asks no registry', async () => {
    registry.clearRequests();
    const { code } = await shell([hook?.entry ?? '']);

    expect(code).toBe(0);
    expect(registry.requests).toEqual([]);
  });

  it('stops a commit of one that is wrong', async () => {
    writeConfig(folder, 'version: 1\nimages: [{}]\n');

    expect(await shell([hook?.entry ?? ''])).toMatchObject({ code: 64 });
  });

  it.each([
    ['manifests.yaml', true],
    ['deploy/manifests.yml', true],
    ['manifests.yaml.bak', false],
    ['my-manifests.yaml', false],
  ])('looks at %s: %s', (path, isWanted) => {
    expect(new RegExp(hook?.files ?? '').test(path)).toBe(isWanted);
  });
});
