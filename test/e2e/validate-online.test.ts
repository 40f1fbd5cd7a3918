import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { runHere } from '../support/run-here.ts';
import { isWrite, makeProject, plait } from '../support/scenario.ts';

let playground: Playground;
beforeAll(async () => {
  playground = await startPlayground({ seed: true });
});
afterAll(() => playground.close());
beforeEach(() => playground.clearRequests());

const hello = (version: string, host = playground.host) => `${host}/demo/builds/hello:${version}`;
const config = (...lines: readonly string[]) => `version: 1\nimages:\n${lines.map((line) => `  ${line}\n`).join('')}`;
const run = (text: string, ...flags: readonly string[]) => {
  const folder = makeProject(text);
  return runHere(['validate', '--online', ...flags], { cwd: folder, home: folder });
};
const writes = () => playground.requests.filter(({ method, path }) => isWrite(`${method} ${path}`));

interface Report {
  readonly valid: boolean;
  readonly online?: {
    readonly sources: number;
    readonly repositories: number;
    readonly requests: Readonly<Record<string, number>>;
    readonly problems: readonly {
      readonly severity: string;
      readonly code: string;
      readonly reference: string;
      readonly origin: { readonly line: number; readonly column: number };
    }[];
  };
}

/** `SOURCE_MISSING 7:9`, in the order printed. */
async function listProblems(text: string): Promise<readonly string[]> {
  const { stdout } = await run(text, '-O', 'json');
  const { online } = JSON.parse(stdout) as Report;
  return (online?.problems ?? []).map(({ code, origin: { line, column } }) => `${code} ${line}:${column}`);
}

describe('plait validate --online', () => {
  it('says that all sources are there, and sends nothing but reads', async () => {
    const text = config(
      `- target: ${playground.host}/out/app`,
      '  tags: ["1", latest]',
      '  platforms: [linux/amd64, linux/arm64]',
      `  source: ${hello('1.0.0-{arch}')}`,
      `- { target: ${playground.host}/out/other, tags: [x], from: "${playground.host}/demo/builds/attested:1.0.0" }`,
    );
    const { code, stdout, stderr } = await run(text);

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('manifests.yaml: valid, 2 images, 3 tags');
    expect(stdout).toContain('online: 3 sources, 2 repositories: all can be read');
    expect(stdout).toMatch(/Requests: \d+ HEAD, \d+ GET\./);
    expect(writes()).toEqual([]);
  });

  it('names each source that is missing at the line that names it', async () => {
    const text = config(
      `- target: ${playground.host}/out/app`,
      '  tags: ["1"]',
      '  platforms:',
      `    linux/amd64: ${hello('1.0.0-amd64')}`,
      `    linux/arm64: ${hello('9.9.9-arm64')}`,
      `    linux/arm/v7: ${hello('9.9.9-armv7')}`,
      `- target: ${playground.host}/out/whole`,
      '  tags: ["1"]',
      `  from: ${playground.host}/demo/nothing:1`,
    );
    const { code, stderr } = await run(text);

    expect(await listProblems(text)).toEqual(['SOURCE_MISSING 7:7', 'SOURCE_MISSING 8:7', 'SOURCE_MISSING 11:11']);
    expect(code).toBe(1);
    expect(stderr).toContain('manifests.yaml:7:7: error: ');
    expect(stderr).toContain(`${hello('9.9.9-arm64')} does not exist`);
    expect(stderr).toContain('    7 |       linux/arm64: ');
    expect(writes()).toEqual([]);
  });

  it('finds what a plan would find: several images, another platform, none for a selected one', async () => {
    const text = config(
      `- { target: ${playground.host}/out/a, tags: ["1"], platforms: { linux/amd64: "${playground.host}/demo/builds/attested:1.0.0" } }`,
      `- { target: ${playground.host}/out/b, tags: ["1"], platforms: { linux/amd64: "${hello('1.0.0-arm64')}" } }`,
      `- { target: ${playground.host}/out/c, tags: ["1"], from: "${playground.host}/demo/builds/attested:1.0.0", select: [linux/s390x] }`,
    );

    expect((await listProblems(text)).map((line) => line.replace(/:\d+$/, ''))).toEqual([
      'SOURCE_IS_INDEX 3',
      'SOURCE_PLATFORM_MISMATCH 4',
      'SOURCE_PLATFORM_MISSING 5',
    ]);
  });

  it('says of a source for several platforms only once that it is missing from one place', async () => {
    const text = config(
      '- matrix: { axes: { app: [a, b, c] } }',
      `  target: ${playground.host}/out/\${matrix.app}`,
      '  tags: ["1"]',
      '  platforms:',
      `    linux/amd64: ${hello('9.9.9')}`,
    );

    expect(await listProblems(text)).toEqual(['SOURCE_MISSING 7:7']);
  });

  it('takes it as it is declared: optional and skipped sources fail nothing', async () => {
    const missing = `"${hello('9.9.9')}"`;
    const text = config(
      `- { target: ${playground.host}/out/a, tags: ["1"], platforms: { linux/amd64: { ref: ${missing}, optional: true } } }`,
      `- { target: ${playground.host}/out/b, tags: ["1"], platforms: { linux/amd64: ${missing} }, onMissingSource: skipImage }`,
    );
    const { code, stderr } = await run(text);

    expect(code).toBe(0);
    expect(stderr).toContain('manifests.yaml:3:5: note: ');
    expect(stderr).toMatch(/manifests\.yaml:4:\d+: warning: /);
  });

  it('asks no registry when the config has errors', async () => {
    const { code, stderr, stdout } = await run(
      config(`- { target: ${playground.host}/out/a, tags: [1.10], from: "${playground.host}/demo/nothing:1" }`),
    );

    expect([code, playground.requests]).toEqual([64, []]);
    expect(stdout).not.toContain('online');
    expect(stderr).toContain('"1.10"');
  });

  it('looks for what the lock file pins, and says when it is gone', async () => {
    const text = config(
      `- { target: ${playground.host}/out/a, tags: ["1"], from: "${playground.host}/demo/builds/attested:1.0.0" }`,
    );
    const folder = makeProject(text);
    const name = `${playground.host}/demo/builds/attested:1.0.0`;
    const gone = `sha256:${'0'.repeat(64)}`;
    writeFileSync(join(folder, 'manifests.lock.yaml'), `version: 1\nsources:\n  - ${name}@${gone}\n`);
    const { code, stderr } = await runHere(['validate', '--online'], { cwd: folder, home: folder });

    expect(code).toBe(1);
    expect(stderr).toContain(`plait lock --update ${name}`);
  });

  it('contacts nobody without the flag', async () => {
    const folder = makeProject(config(`- { target: ${playground.host}/out/a, tags: ["1"], from: "x.invalid/a:1" }`));
    const { code } = await runHere(['validate'], { cwd: folder, home: folder });

    expect([code, playground.requests]).toEqual([0, []]);
  });

  it('says that a registry is down, and does not call it empty', async () => {
    const text = config(
      `- { target: ${playground.host}/out/a, tags: ["1"], platforms: { linux/amd64: "127.0.0.1:1/a:1" } }`,
    );

    expect((await listProblems(text))[0]).toMatch(/^REGISTRY_UNREACHABLE 3:/);
  });
});

describe('credentials', () => {
  const USER = { username: 'robot', password: 'c0rrect-horse' };
  let locked: Playground;
  beforeAll(async () => {
    locked = await startPlayground({ seed: true, basicAuth: USER });
  });
  afterAll(() => locked.close());
  beforeEach(() => locked.clearRequests());

  const withAuth = () =>
    `version: 1
registries: { "${locked.host}": { auth: { usernameEnv: ROBOT, passwordEnv: ROBOT_PASSWORD } } }
images:
  - target: ${playground.host}/out/app
    tags: ["1"]
    platforms:
      linux/amd64: ${hello('1.0.0-amd64', locked.host)}
`;
  const runWith = (text: string, password: string) =>
    plait(makeProject(text), ['validate', '--online'], { env: { ROBOT: USER.username, ROBOT_PASSWORD: password } });
  const writesThere = () => locked.requests.filter(({ method, path }) => isWrite(`${method} ${path}`));

  it('that work are enough', async () => {
    const { code, stdout } = await runWith(withAuth(), USER.password);

    expect(code).toBe(0);
    expect(stdout).toContain('all can be read');
  });

  it('that are wrong are told at the line of the source, and not shown', async () => {
    const { code, stdout, stderr } = await runWith(withAuth(), 'wr0ng-horse');

    expect([code, writesThere()]).toEqual([1, []]);
    expect(stderr).toContain('manifests.yaml:7:7: error: ');
    expect(stderr).toContain('REGISTRY_UNAUTHORIZED');
    expect(stderr).toContain('ROBOT');
    expect(stdout + stderr).not.toContain('wr0ng-horse');
    expect(stdout).toContain('online: 1 source, 1 repository: 1 problem');
  });

  it('that a target wants are asked for, too', async () => {
    const text = config(
      `- { target: ${locked.host}/out/app, tags: ["1"], from: "${playground.host}/demo/builds/attested:1.0.0" }`,
    );

    expect(await listProblems(text)).toEqual(['REGISTRY_UNAUTHORIZED 3:5']);
    expect(locked.requests.map(({ status }) => status)).toContain(401);
  });
});
