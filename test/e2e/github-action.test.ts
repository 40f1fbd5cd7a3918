import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { callApi } from '../support/api-call.ts';
import { type FaultServer, startFaultServer } from '../support/fault-server.ts';
import { runWithPlait } from '../support/plait-on-path.ts';
import type { CliResult } from '../support/run-cli.ts';
import { isWrite, makeProject, seed } from '../support/scenario.ts';
import { makeTempDir } from '../support/temp-dir.ts';

interface Comment {
  readonly id: number;
  readonly user: { readonly type: 'Bot' | 'User' };
  body: string;
}

let registry: Playground;
let folder: string;
let temp: string;
let api: FaultServer;
let comments: Comment[];
let refuses: boolean;

beforeEach(async () => {
  registry = await startPlayground();
  for (const arch of ['amd64', 'arm64']) await seed(registry, `app:ci-${arch}`, { platform: `linux/${arch}` });
  folder = makeProject(`version: 1
images:
  - target: ${registry.host}/app
    tags: ["1.0.0", latest]
    platforms: [linux/amd64, linux/arm64]
    source: ${registry.host}/app:ci-{arch}
`);
  temp = makeTempDir();
  comments = [];
  refuses = false;
  api = await startFaultServer(({ method, path, body }) => answerApi(method, path, body));
});
afterEach(() => registry.close());

/** The comments of pull request 7, as the API of GitHub keeps them. */
function answerApi(method: string, path: string, body: Buffer): { readonly status: number; readonly body: string } {
  if (refuses) return { status: 403, body: '{"message":"Resource not accessible by integration"}' };
  if (method === 'GET' && path.startsWith('/repos/acme/tags/issues/7/comments?')) {
    const page = Number(new URL(path, 'http://api').searchParams.get('page'));
    return { status: 200, body: JSON.stringify(comments.slice((page - 1) * 100, page * 100)) };
  }
  const text = (JSON.parse(body.toString()) as { body: string }).body;
  const [, id] = /^\/repos\/acme\/tags\/issues\/comments\/(\d+)$/.exec(path) ?? [];
  const earlier = comments.find((comment) => String(comment.id) === id);
  if (method === 'PATCH' && earlier !== undefined) earlier.body = text;
  else if (method === 'POST' && path === '/repos/acme/tags/issues/7/comments') say('Bot', text);
  else return { status: 404, body: '{}' };
  return { status: 200, body: '{}' };
}

function say(type: 'Bot' | 'User', body: string): void {
  comments.push({ id: 100 + comments.length, user: { type }, body });
}

type Variables = Readonly<Record<string, string>>;

const PULL_REQUEST: Variables = { GITHUB_EVENT_NAME: 'pull_request', GITHUB_REF: 'refs/pull/7/merge' };
const PUSH: Variables = { GITHUB_EVENT_NAME: 'push', GITHUB_REF: 'refs/heads/main' };

/** Runs the shell of the action as the runner does. */
function act(env: Variables): Promise<CliResult> {
  writeFileSync(join(temp, 'event.json'), JSON.stringify({ pull_request: { number: 7 } }));
  const runner: Variables = {
    RUNNER_TEMP: temp,
    GITHUB_ACTIONS: 'true',
    GITHUB_API_URL: api.url,
    GITHUB_REPOSITORY: 'acme/tags',
    GITHUB_EVENT_PATH: join(temp, 'event.json'),
    GITHUB_OUTPUT: join(temp, 'output'),
    GITHUB_STEP_SUMMARY: join(temp, 'summary'),
    DEFAULT_BRANCH: 'main',
    INPUT_COMMAND: 'auto',
    INPUT_TOKEN: 'token-of-the-job',
  };
  return runWithPlait('bash', [resolve('deploy/github/run.sh')], { cwd: folder, env: { ...runner, ...env } });
}

/** What later steps of the job can read. */
function outputs(): Readonly<Record<string, string>> {
  const lines = readFileSync(join(temp, 'output'), 'utf8').trimEnd().split('\n');
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/).slice(0, 2)));
}

async function tagStatus(tag: string): Promise<number> {
  const answer = await callApi(`${registry.url}/v2/app/manifests/${tag}`, { headers: { accept: '*/*' } });
  return answer.status;
}

const writes = () => registry.requests.map(({ method, path }) => `${method} ${path}`).filter(isWrite);

describe('the GitHub Action', () => {
  it('plans on a pull request, and writes the plan to it', async () => {
    registry.clearRequests();
    const { code, stdout } = await act(PULL_REQUEST);

    expect(code).toBe(0);
    expect(stdout).toContain('Plan: 1 to create');
    expect(comments.map(({ body }) => body)).toEqual([
      expect.stringMatching(/^<!-- plait:comment plait -->\n<!-- plait:plan [\s\S]*linux\/arm64/),
    ]);
    expect(outputs()).toMatchObject({ command: 'plan', 'exit-code': '0', changes: '1', blocked: '0', errors: '0' });
    expect(readFileSync(join(temp, 'summary'), 'utf8')).toContain('linux/arm64');
    expect(existsSync(join(outputs().folder ?? '', 'plan.json'))).toBe(true);
    expect(writes()).toEqual([]);
  });

  it('replaces its own comment, on whatever page it is, and nobody else’s', async () => {
    for (let count = 0; count < 150; count += 1) say('User', 'looks good');
    say('User', '<!-- plait:comment plait -->\nmine');
    await act(PULL_REQUEST);
    await act(PULL_REQUEST);

    expect(comments).toHaveLength(152);
    expect(comments[150]?.body).toBe('<!-- plait:comment plait -->\nmine');
    expect(api.seen.map(({ method }) => method).filter((method) => method !== 'GET')).toEqual(['POST', 'PATCH']);
  });

  it('keeps the comments of several plans apart', async () => {
    await act({ ...PULL_REQUEST, INPUT_COMMENT_KEY: 'one' });
    await act({ ...PULL_REQUEST, INPUT_COMMENT_KEY: 'two --> <b>' });

    expect(comments.map(({ body }) => body.split('\n')[0])).toEqual([
      '<!-- plait:comment one -->',
      '<!-- plait:comment two ___ _b_ -->',
    ]);
  });

  it('is content with the summary where it may not comment', async () => {
    refuses = true;
    const { code, stdout } = await act(PULL_REQUEST);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^::warning::plait: .*403/m);
    expect(readFileSync(join(temp, 'summary'), 'utf8')).toContain('linux/arm64');
  });

  it('does not comment when told not to', async () => {
    await act({ ...PULL_REQUEST, INPUT_COMMENT: 'false' });

    expect(api.seen).toEqual([]);
  });

  it('applies on a push to the default branch, and leaves a result', async () => {
    const { code } = await act(PUSH);

    expect(code).toBe(0);
    expect(await tagStatus('latest')).toBe(200);
    expect(outputs()).toMatchObject({ command: 'apply', 'exit-code': '0', changes: '1' });
    expect(existsSync(join(outputs().folder ?? '', 'result.json'))).toBe(true);
    expect(api.seen).toEqual([]);
  });

  it('only plans on a push to another branch', async () => {
    await act({ ...PUSH, GITHUB_REF: 'refs/heads/try' });

    expect(outputs()).toMatchObject({ command: 'plan' });
    expect(await tagStatus('latest')).toBe(404);
  });

  it('does not apply when nobody says what the default branch is', async () => {
    await act({ ...PUSH, GITHUB_REF: 'refs/heads/', DEFAULT_BRANCH: '' });

    expect(outputs()).toMatchObject({ command: 'plan' });
  });

  it('looks for drift on a schedule, and fails when there is some', async () => {
    const { code, stdout } = await act({ GITHUB_EVENT_NAME: 'schedule' });

    expect(code).toBe(2);
    expect(stdout).toContain('plait-drift: in_sync=0 drift=2');
    expect(outputs()).toMatchObject({ command: 'drift', 'exit-code': '2', drift: '1' });
  });

  it.each([
    ['an event that it does not know', { GITHUB_EVENT_NAME: 'pull_request_target' }],
    ['a command that it does not know', { ...PUSH, INPUT_COMMAND: 'destroy' }],
  ])('does nothing on %s', async (_what, env) => {
    registry.clearRequests();
    const { code, stdout } = await act(env);

    expect(code).toBe(64);
    expect(stdout).toMatch(/^::error::plait: /);
    expect(registry.requests).toEqual([]);
  });

  it('ends as plait does when the config is wrong', async () => {
    writeFileSync(join(folder, 'manifests.yaml'), 'version: 1\nimages: [{}]\n');
    const { code } = await act(PULL_REQUEST);

    expect(code).toBe(64);
    expect(outputs()).toMatchObject({ 'exit-code': '64' });
    expect(comments).toEqual([]);
  });

  it('passes arguments on as they are, a line each', async () => {
    const args = `--target\n*/app:*\n--exclude\n$(touch ${temp}/made) ; touch ${temp}/made\n\n`;
    const { stderr } = await act({ ...PULL_REQUEST, INPUT_ARGS: args });

    expect(stderr).toContain('$(touch');
    expect(existsSync(join(temp, 'made'))).toBe(false);
  });

  it('takes config files, a line each', async () => {
    writeFileSync(join(folder, 'with space.yaml'), readFileSync(join(folder, 'manifests.yaml')));
    const { code } = await act({ ...PULL_REQUEST, INPUT_FILE: 'with space.yaml\r\n' });

    expect(code).toBe(0);
  });

  it('keeps its token from plait and from what plait starts', async () => {
    const seen = join(temp, 'seen');
    await act({ ...PULL_REQUEST, SEEN_ENV: seen });

    expect(readFileSync(seen, 'utf8')).toContain('GITHUB_ACTIONS=true');
    expect(readFileSync(seen, 'utf8')).not.toContain('token-of-the-job');
  });

  it('prints nothing that the runner would take for a command', async () => {
    const { stdout } = await act(PULL_REQUEST);
    const [, token = ''] = /^::stop-commands::([0-9a-f]{32})$/m.exec(stdout) ?? [];
    const guarded = stdout.slice(stdout.indexOf(token), stdout.lastIndexOf(`::${token}::`));

    expect(guarded).toContain('Plan: 1 to create');
  });
});

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: {
    readonly steps: readonly { readonly run: string; readonly env: Readonly<Record<string, string>> }[];
  };
}

describe('action.yml', () => {
  const action = parse(readFileSync('action.yml', 'utf8')) as Action;
  const { steps } = action.runs;

  it('puts no value of an input or an event into a script', () => {
    expect(steps.filter(({ run }) => run.includes('${{'))).toEqual([]);
  });

  it('hands every input on', () => {
    const handed = steps.flatMap(({ env }) => Object.values(env)).join();
    const elsewhere = ['working-directory'];

    expect(Object.keys(action.inputs).filter((name) => !handed.includes(`inputs.${name} `))).toEqual(elsewhere);
  });

  it('installs the version that it belongs to', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

    expect(action.inputs.install?.default).toBe(`plait@${version}`);
  });

  it('has an output for everything that a run says', async () => {
    await act(PULL_REQUEST);
    const names = Object.entries(action.outputs).map(([name, { value }]) => {
      expect(value).toBe(`\${{ steps.plait.outputs.${name} }}`);
      return name;
    });

    expect(names.sort()).toEqual(Object.keys(outputs()).sort());
  });
});
