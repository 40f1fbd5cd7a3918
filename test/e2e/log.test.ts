import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { makeProject, plait } from '../support/scenario.ts';

const USER = 'r0bot-name';
const PASSWORD = 'p4ssw0rd-of-robot';
const TOKEN = 't0ken-of-robot';
const SIGNATURE = 's1gnature-of-blob';
const BASIC = Buffer.from(`${USER}:${PASSWORD}`).toString('base64');

/** Wants a token that only the robot gets, and sends for configs to signed URLs. */
function guard(request: IncomingMessage, response: ServerResponse): boolean {
  const { url = '', headers } = request;
  const base = `http://${headers.host ?? ''}`;
  if (url.startsWith('/token')) {
    const isRobot = headers.authorization === `Basic ${BASIC}`;
    response.writeHead(isRobot ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isRobot ? { token: TOKEN, expires_in: 300 } : {}));
    return true;
  }
  if (url.startsWith('/signed/')) {
    request.url = url.replace('/signed', '/v2').replace(/\?.*$/, '');
    return false;
  }
  if (headers.authorization !== `Bearer ${TOKEN}`) {
    const realm = `Bearer realm="${base}/token",service="playground"`;
    response.writeHead(401, { 'www-authenticate': realm, 'content-type': 'application/json' }).end('{"errors":[]}');
    return true;
  }
  if (request.method === 'GET' && url.includes('/blobs/sha256:')) {
    const location = `${base}${url.replace('/v2', '/signed')}?X-Amz-Signature=${SIGNATURE}&token=${TOKEN}`;
    response.writeHead(307, { location }).end();
    return true;
  }
  return false;
}

let playground: Playground;
beforeAll(async () => {
  playground = await startPlayground({ seed: true, intercept: guard });
});
afterAll(() => playground.close());
beforeEach(() => playground.clearRequests());

const config = (source = 'demo/builds/hello:1.0.0-{arch}') => `version: 1
registries: { "${playground.host}": { auth: { usernameEnv: ROBOT, passwordEnv: ROBOT_PASSWORD } } }
images:
  - target: ${playground.host}/out/app
    tags: ["1"]
    platforms: [linux/amd64, linux/arm64]
    source: ${playground.host}/${source}
`;
const run = (text: string, ...args: readonly string[]) =>
  plait(makeProject(text), args, { env: { ROBOT: USER, ROBOT_PASSWORD: PASSWORD } });

const SECRETS = [PASSWORD, TOKEN, SIGNATURE, BASIC, USER];
const leaked = (text: string) => SECRETS.filter((secret) => text.includes(secret));
const readLines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('--log-level debug', () => {
  it('tells of each request with method, URL, status and time, and of no credential', async () => {
    const { code, stdout, stderr } = await run(config(), 'plan', '--log-level', 'debug');
    const lines = stderr.split('\n').filter((line) => line.startsWith('debug: '));

    expect(code).toBe(0);
    expect(lines).toHaveLength(playground.requests.length);
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^debug: GET http:\/\/127\.0\.0\.1:\d+\/v2\/demo\/builds\/hello\/manifests\/\S+ 200 \d+ ms$/,
      ),
    );
    expect(lines).toContainEqual(
      expect.stringMatching(/^debug: GET \S+\/token\?service=playground&scope=\S+ 200 \d+ ms$/),
    );
    expect(lines).toContainEqual(expect.stringMatching(/ 401 \d+ ms$/));
    expect(lines).toContainEqual(
      expect.stringMatching(/\/signed\/\S+\?X-Amz-Signature=\[hidden\]&token=\[hidden\] 200 \d+ ms$/),
    );
    expect(leaked(stdout + stderr)).toEqual([]);
  });

  it('tells the same of what writes', async () => {
    const { code, stdout, stderr } = await run(
      config(),
      'apply',
      '--yes',
      '--log-level',
      'debug',
      '--log-format',
      'json',
    );
    const requests = readLines(stderr).filter(({ method }) => method !== undefined);

    expect(code).toBe(0);
    expect(requests).toHaveLength(playground.requests.length);
    expect(requests.map(({ method }) => method)).toEqual(expect.arrayContaining(['HEAD', 'GET', 'POST', 'PUT']));
    expect(leaked(stdout + stderr)).toEqual([]);
  });

  it('tells why there was no answer', async () => {
    const { code, stderr } = await run(
      config().replace(/source: .*/, 'source: 127.0.0.1:1/a:{arch}'),
      'plan',
      '--log-level',
      'debug',
    );

    expect(code).toBe(1);
    expect(stderr).toMatch(/^debug: (?:GET|HEAD) https?:\/\/127\.0\.0\.1:1\/\S+ ECONNREFUSED \d+ ms$/m);
  });
});

describe('--log-format json', () => {
  it('makes a record of every line, with time, level and the parts of a request', async () => {
    const { stdout, stderr } = await run(
      config(),
      'plan',
      '-o',
      'plan.json',
      '--log-level',
      'debug',
      '--log-format',
      'json',
    );
    const lines = readLines(stderr);

    expect(stdout).toContain('Plan: ');
    expect(lines[0]).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      level: 'debug',
      message: expect.any(String),
      method: expect.stringMatching(/^(?:GET|HEAD)$/),
      url: expect.stringContaining(`http://${playground.host}/`),
      status: 401,
      ms: expect.any(Number),
    });
    expect(lines.at(-1)).toMatchObject({ level: 'info', message: expect.stringMatching(/^Saved plan\.json, /) });
    expect(leaked(stderr)).toEqual([]);
  });

  it('tells an error, and what is wrong with a config, at that level', async () => {
    const none = await plait(makeProject(''), ['plan', '-f', 'nowhere.yaml', '--log-format', 'json']);
    const bad = await run(`${config()}unknown: 1\n`, 'plan', '--log-format', 'json', '--color', 'always');

    expect([none.code, bad.code]).toEqual([64, 64]);
    expect(readLines(none.stderr)).toMatchObject([
      { level: 'error', message: expect.stringContaining('nowhere.yaml') },
    ]);
    expect(readLines(bad.stderr)).toMatchObject([
      { level: 'error', message: expect.stringMatching(/^manifests\.yaml:8:1: error: .*unknown-key/) },
      { level: 'error', message: expect.stringContaining('no registry was contacted') },
    ]);
  });

  it('keeps reports that go to standard error in records, too', async () => {
    const { stdout, stderr } = await run(config(), 'apply', '--yes', '-O', 'json', '--log-format', 'json');

    expect(JSON.parse(stdout)).toMatchObject({ formatVersion: expect.any(String) });
    expect(readLines(stderr).every(({ level }) => level === 'info')).toBe(true);
  });
});

describe('--log-level', () => {
  const EXPIRED = () =>
    `${config()}drift: { ignore: [{ match: "${playground.host}/out/*:*", fields: [tag], reason: x, until: "2020-01-01" }] }\n`;

  it.each([
    ['error', []],
    ['warn', ['expired-ignore']],
    ['info', ['expired-ignore', 'Saved plan.json']],
  ])('%s shows what matters that much', async (level, words) => {
    const { code, stderr } = await run(EXPIRED(), 'plan', '-o', 'plan.json', '--log-level', level);

    expect(code).toBe(0);
    expect(['expired-ignore', 'Saved plan.json', 'debug: '].filter((word) => stderr.includes(word))).toEqual(words);
  });

  it('never hides what ends the run', async () => {
    const { stderr } = await run('version: 2\n', 'plan', '--log-level', 'error');

    expect(stderr).toContain('manifests.yaml:1:');
  });

  it('is one of four, and may come from the environment', async () => {
    const wrong = await run(config(), 'plan', '--log-level', 'loud');
    const env = { ROBOT: USER, ROBOT_PASSWORD: PASSWORD, PLAIT_LOG_LEVEL: 'debug' };
    const { stderr } = await plait(makeProject(config()), ['plan'], { env });

    expect(wrong.code).toBe(64);
    expect(stderr).toContain('debug: ');
  });
});
