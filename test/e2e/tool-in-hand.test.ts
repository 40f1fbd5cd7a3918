import { execFileSync } from 'node:child_process';
import { constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { readContent } from '../support/registry-content.ts';
import type { CliOptions } from '../support/run-cli.ts';
import { hasTerminal, runOnTerminal } from '../support/run-on-terminal.ts';
import { runShell } from '../support/run-shell.ts';
import { makeProject, plait } from '../support/scenario.ts';
import { makeTempDir } from '../support/temp-dir.ts';

const ESCAPE = '\u001b';

let playground: Playground;
beforeAll(async () => {
  playground = await startPlayground({ seed: true });
});
afterAll(() => playground.close());

function image(name: string, more = ''): string {
  const source = `${playground.host}/demo/builds/hello:1.0.0-{arch}`;
  return `  - { target: ${playground.host}/${name}, tags: ["1.0.0", latest], platforms: [linux/amd64, linux/arm64], source: "${source}"${more} }\n`;
}

/** A pipe with a name, once somebody reads it: till then it cannot be opened without waiting. */
async function openWhenRead(path: string): Promise<FileHandle> {
  for (;;) {
    try {
      return await open(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error;
      await sleep(20);
    }
  }
}

/** Two images that are to be created, one with a label. */
function config(name: string): string {
  return `version: 1\nimages:\n${image(`${name}/app`, ', id: app, labels: { team: a }')}${image(`${name}/tool`, ', id: tool')}`;
}

/** One image to create for each number, two tags each. */
function manyImages(count: number): string {
  return `version: 1\nimages:\n${Array.from({ length: count }, (_, number) => image(`many/app-${number}`)).join('')}`;
}

describe('help', () => {
  it.each([[['--help']], [['help']], [['-h']]])('of the program lists its commands: %j', async (args) => {
    const { code, stdout, stderr } = await plait(makeTempDir(), args);

    expect([code, stderr]).toEqual([0, '']);
    for (const command of ['plan', 'apply', 'lock', 'validate', 'render', 'inspect', 'playground', 'version']) {
      expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    }
  });

  it.each([
    ['plan', ['--file', '--var', '--target', '--exclude', '--selector', '--allow', '--short', '--detailed-exitcode']],
    ['plan', ['--show-unchanged', '--output', '--color', '--progress', '--parallelism', '--plain-http']],
    ['apply', ['--yes', '--dry-run', '--fail-fast', '--stale', '--allow', '--target', '--file']],
    ['lock', ['--update', '--check', '--lock-file', '--output', '--file']],
    ['inspect', ['--raw', '--platform', '--verbose', '--output']],
  ])('of %s lists %j', async (command, flags) => {
    const { code, stdout, stderr } = await plait(makeTempDir(), [command, '--help']);

    expect([code, stderr]).toEqual([0, '']);
    for (const flag of flags) expect(stdout).toContain(`${flag} `);
  });
});

describe('a command line that is wrong ends with 64 and helps', () => {
  it.each([
    [['pln'], 'Did you mean plan?'],
    [['plan', '--tagret', 'x'], 'Did you mean --target?'],
    [['plan', '--color', 'pink'], 'auto, always, never'],
    [['plan', '--parallelism', 'many'], 'whole number'],
    [['plan', 'extra'], 'too many arguments'],
    [['inspect'], 'reference'],
    [['plan', '--lock', 'always'], 'off, record, enforce'],
    [['plan', '--lock-file', 'missing.yaml'], 'plait lock'],
    [['lock', '--update', 'nothing-like-this'], 'matches no source'],
    [['plan', '-O', 'xml'], 'text, json'],
    [['plan', '-O', 'json', '-O', 'text'], 'standard output'],
    [['plan', '-O', 'json=nowhere/plan.json'], 'nowhere/plan.json'],
    [['apply', '--yes', '--result', 'nowhere/result.json'], 'nowhere/result.json'],
    [['plan', '--target', 'nothing-like-this'], 'matches no image'],
    [['plan', '--selector', 'team=z'], 'matches no image'],
    [['plan', '--allow', 'everything'], '--allow'],
    [['plan', '--var', 'x'], '--var'],
    [['plan', '-f', 'missing.yaml'], 'missing.yaml'],
    [['apply'], '--yes'],
    [[], 'Usage: plait'],
  ])('%j', async (args, help) => {
    const folder = makeProject(config('wrong'));
    playground.clearRequests();
    const { code, stdout, stderr } = await plait(folder, args);

    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toContain(help);
    expect(playground.requests).toEqual([]);
  });
});

describe('the config', () => {
  it('comes from standard input with -f -', async () => {
    const { code, stdout, stderr } = await plait(makeTempDir(), ['plan', '-f', '-'], { input: config('stdin') });

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Plan: 2 to create');
  });

  it.runIf(existsSync('/dev/zero'))('is not read further than it may be long', async () => {
    const { stderr } = await runShell('plait validate -f - < /dev/zero; echo "code $?" >&2', makeTempDir());

    expect(stderr).toMatch(/^Error: standard input has more than 10485760 bytes\n[\s\S]*code 64$/);
  });

  it.each([
    // A thread waits for the pipe, so that the process dies of the signal, which a shell calls 130.
    ['a pipe', ['-f', 'pipe'], '', null],
    ['standard input', ['-f', 'pipe', '-f', '-'], 'version: 1\n', 130],
  ])('is no longer waited for after an interruption: %s', async (_name, args, written, exitCode) => {
    const folder = makeTempDir();
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const programs: Parameters<NonNullable<CliOptions['onStart']>>[0][] = [];
    const run = plait(folder, ['plan', ...args], { input: null, onStart: (program) => programs.push(program) });
    const pipe = await openWhenRead(path);
    await pipe.write(written);
    if (written !== '') await pipe.close();
    programs[0]?.kill('SIGINT');
    const { code, stdout, stderr } = await run;
    if (written === '') await pipe.close();

    expect([code, stdout]).toEqual([exitCode, '']);
    expect(stderr).toMatch(/^Error: interrupted by SIGINT\n/);
  });

  it('is found in a folder above, up to the root of the repository', async () => {
    const root = makeTempDir();
    const deep = join(root, 'outer', 'repository', 'a', 'b');
    mkdirSync(deep, { recursive: true });
    mkdirSync(join(root, 'outer', 'repository', '.git'));
    writeFileSync(join(root, 'outer', 'manifests.yaml'), config('outer'));
    const outside = await plait(deep, ['plan']);
    writeFileSync(join(root, 'outer', 'repository', 'manifests.yaml'), config('inner'));
    const inside = await plait(deep, ['plan']);

    expect(outside.code).toBe(64);
    expect(outside.stderr).toContain('CONFIG_NOT_FOUND');
    expect(inside.code).toBe(0);
    expect(inside.stdout).toContain(`${playground.host}/inner/app:1.0.0`);
  });
});

describe('the plan', () => {
  it('goes as JSON to a file and as text to standard output', async () => {
    const folder = makeProject(config('file'));
    const { code, stdout } = await plait(folder, ['plan', '-O', 'json=plan.json']);
    const document = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')) as object;

    expect(code).toBe(0);
    expect(stdout).toMatch(/^Plan: 2 to create/);
    expect(document).toMatchObject({ formatVersion: '1.0', summary: { create: 2 } });
  });

  it.each([
    [['--target', 'app'], 'Plan: 1 to create'],
    [['--target', '**/app:latest'], 'Plan: 1 to create'],
    [['--exclude', 'app'], 'Plan: 1 to create'],
    [['--selector', 'team=a'], 'Plan: 1 to create'],
  ])('of a part of the config says so in its first line: %j', async (args, verdict) => {
    const folder = makeProject(config('part'));
    const { code, stdout } = await plait(folder, ['plan', '-O', 'json=plan.json', ...args]);
    const [first, second] = stdout.split('\n');
    const document = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')) as object;

    expect(code).toBe(0);
    expect(first).toContain(args.join(' '));
    expect(second).toContain(verdict);
    expect(document).toMatchObject({ scope: { partial: true } });
  });

  it('tells by its exit code whether there are changes, when asked', async () => {
    const folder = makeProject(config('detailed'));
    const codes = [
      (await plait(folder, ['plan'])).code,
      (await plait(folder, ['plan', '--detailed-exitcode'])).code,
      (await plait(folder, ['apply', '--yes', '--detailed-exitcode'])).code,
      (await plait(folder, ['plan', '--detailed-exitcode'])).code,
      (await plait(folder, ['apply', '--yes', '--detailed-exitcode'])).code,
    ];

    expect(codes).toEqual([0, 2, 2, 0, 0]);
  });

  it('of 2,000 tags is a line an index, with one HEAD a tag', async () => {
    playground.clearRequests();
    const { code, stdout } = await plait(makeProject(manyImages(1000)), ['plan', '--short']);
    const asked = playground.requests.filter(({ path }) => path.startsWith('/v2/many/'));
    const lines = stdout.split('\n').filter((line) => line.startsWith('+ '));

    expect(code).toBe(0);
    expect(stdout).toMatch(/^Plan: 1000 to create/);
    expect(lines).toHaveLength(1000);
    expect(asked).toHaveLength(2000);
    expect(new Set(asked.map(({ method, path }) => `${method} ${path}`)).size).toBe(2000);
  });
});

describe('a result', () => {
  it('is saved also when there was nothing to do', async () => {
    const folder = makeProject(config('nothing'));
    await plait(folder, ['apply', '--yes']);
    const { code } = await plait(folder, ['apply', '--yes', '--result', 'result.json']);

    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'))).toMatchObject({ changes: [] });
  });
});

describe('colours', () => {
  it.each([
    [[], {}, false],
    [[], { FORCE_COLOR: '1' }, true],
    [[], { FORCE_COLOR: '0' }, false],
    [[], { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    [['--color', 'always'], { NO_COLOR: '1' }, true],
    [['--color', 'never'], { FORCE_COLOR: '1' }, false],
    [[], { PLAIT_COLOR: 'always' }, true],
  ])('with %j and %j: %j', async (args, env, isColored) => {
    const { code, stdout } = await plait(makeProject(config('colours')), ['plan', ...args], { env });

    expect(code).toBe(0);
    expect(stdout.includes(ESCAPE)).toBe(isColored);
  });

  it('never get into a file', async () => {
    const folder = makeProject(config('colours'));
    await plait(folder, ['plan', '--color', 'always', '-O', 'text=plan.txt', '-O', 'json']);

    expect(readFileSync(join(folder, 'plan.txt'), 'utf8')).not.toContain(ESCAPE);
  });
});

describe('variables', () => {
  it('stand for flags, also those that may be repeated', async () => {
    const folder = makeTempDir();
    writeFileSync(join(folder, 'other.yaml'), config('variables'));
    const env = {
      PLAIT_FILE: 'other.yaml',
      PLAIT_TARGET: 'app\ntool',
      PLAIT_SHORT: '1',
      PLAIT_DETAILED_EXITCODE: 'true',
    };
    const { code, stdout } = await plait(folder, ['plan'], { env });

    expect(code).toBe(2);
    expect(stdout.split('\n')[0]).toContain('--target app --target tool');
    expect(stdout).not.toContain('linux/amd64');
  });

  it('are overridden by flags', async () => {
    const env = { PLAIT_OUTPUT: 'json', PLAIT_YES: '1' };
    const { code, stdout } = await plait(makeProject(config('flags')), ['plan', '-O', 'text'], { env });

    expect(code).toBe(0);
    expect(stdout).toMatch(/^Plan: /);
  });

  it('may say yes', async () => {
    const env = { PLAIT_YES: 'true' };
    const { code, stdout } = await plait(makeProject(config('yes')), ['apply'], { env });

    expect(code).toBe(0);
    expect(stdout).toContain('4 tags moved');
  });

  it('that make no sense end with 64', async () => {
    const env = { PLAIT_STALE: 'perhaps' };
    const { code, stderr } = await plait(makeProject(config('wrong')), ['apply', '--yes'], { env });

    expect(code).toBe(64);
    expect(stderr).toContain('PLAIT_STALE');
  });
});

describe('in a pipeline', () => {
  it('a reader that has seen enough is no error', async () => {
    const folder = makeProject(manyImages(200));
    const { stdout, stderr } = await runShell('{ plait plan -O json; echo "code $?" >&2; } | head -c 100', folder);

    expect(stdout).toHaveLength(100);
    expect(stderr).toBe('code 0');
  });

  it('apply goes on to its end when nobody reads what it says', async () => {
    const folder = makeProject(config('unread'));
    await runShell('{ plait apply --yes; echo "$?" > code; } 2>&1 | true', folder);
    const tags = Object.keys((await readContent(playground)).tags).filter((name) => name.startsWith('unread/'));

    // The pipeline ends when both ends did, so the file is there.
    expect(readFileSync(join(folder, 'code'), 'utf8')).toBe('0\n');
    expect(tags).toHaveLength(4);
  });

  it('a wrong config ends with 64 though nobody reads why', async () => {
    const folder = makeProject('version: 2\n');
    await runShell('{ plait validate; echo "$?" > code; } 2>&1 | true', folder);

    expect(readFileSync(join(folder, 'code'), 'utf8')).toBe('64\n');
  });

  it('JSON is written into a pipe with a name', async () => {
    const folder = makeProject(config('fifo'));
    const { stdout } = await runShell('mkfifo pipe; cat pipe & plait plan -O json=pipe >/dev/null; wait', folder);

    expect(JSON.parse(stdout.toString())).toMatchObject({ summary: { create: 2 } });
  });

  it.runIf(existsSync('/dev/full'))('a full disk is told without a stack trace', async () => {
    const { code, stderr } = await runShell('plait plan > /dev/full', makeProject(config('full')));

    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error: could not write to standard output: .*ENOSPC/);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

const isOnTerminal = hasTerminal();

describe('on a terminal', () => {
  it('can be tested, in CI at least', () => {
    expect(isOnTerminal || process.env.CI === undefined).toBe(true);
  });
  afterAll(() => {
    if (!isOnTerminal) process.stderr.write('NOT TESTED: the question of apply; `script` of util-linux is missing.\n');
  });

  const prompt = 'taken as a yes: ';

  it.runIf(isOnTerminal).each([
    ['yes', 'yes\n', 0, '4 tags moved', 4],
    ['no', 'no\n', 0, 'Nothing was changed.', 0],
    ['y', 'y\n', 0, 'Nothing was changed.', 0],
    ['ctrl-d', '\u0004', 0, 'Nothing was changed.', 0],
    ['ctrl-c', '\u0003', 130, 'interrupted by SIGINT', 0],
  ])('apply asks, and is answered %s', async (name, keys, exitCode, words, moved) => {
    const cwd = makeProject(config(`terminal/${name}`));
    const { code, screen } = await runOnTerminal(['apply'], { cwd, prompt, keys });
    const tags = Object.keys((await readContent(playground)).tags).filter((tag) => tag.startsWith(`terminal/${name}/`));

    expect(screen).toContain(words);
    expect(screen).toContain(ESCAPE);
    expect(code).toBe(exitCode);
    expect(tags).toHaveLength(moved);
  });
});
