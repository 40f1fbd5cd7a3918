import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Intercept } from '../../src/playground/options.ts';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { runHere } from '../support/run-here.ts';
import { makeProject } from '../support/scenario.ts';
import { SECRET, USER } from './fault-bench.ts';
import { findSecrets, makeHome } from './traps.ts';

/** Everything that a run of the program leaves behind. */
interface Traces {
  readonly codes: readonly number[];
  readonly output: string;
  /** The text of every file in the project and the home, but for the docker config itself. */
  readonly files: string;
}

describe('a secret', () => {
  it('is in nothing that the program prints or writes when all goes well', async () => {
    const playground = await start();
    const { codes, output, files } = await runAll(playground);
    expect(codes).toEqual([0, 0, 0, 0]);
    expect([output.includes('Warning from'), files.length > 1000]).toEqual([true, true]);
    expect(findSecrets(output + files)).toEqual([]);
  });

  it.each([400, 403, 404, 405, 409, 412, 501])(
    'is in nothing that the program prints or writes after a %i',
    async (status) => {
      const playground = await start(({ headers }, response) => {
        if (headers.authorization === undefined) return false;
        const [scheme, value = ''] = headers.authorization.split(' ');
        const message = `${scheme} ${value} ${Buffer.from(value, 'base64').toString()} ${JSON.stringify(headers)}`;
        const body = JSON.stringify({ errors: [{ code: `X${value}`, message, detail: { password: SECRET } }] });
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
        return true;
      });
      const { output, files } = await runAll(playground);
      expect(output).toContain(String(status));
      expect(findSecrets(output + files)).toEqual([]);
    },
  );
});

/** A registry that wants the password, and shows it to everybody. */
async function start(intercept: Intercept = () => false): Promise<Playground> {
  const playground = await startPlayground({
    seed: true,
    basicAuth: { username: USER, password: SECRET },
    intercept: (request, response) => {
      response.setHeader('warning', `299 - "you sent ${request.headers.authorization ?? ''} ${SECRET}"`);
      return intercept(request, response);
    },
  });
  onTestFinished(() => playground.close());
  return playground;
}

/** Plans, applies, and looks at what came of it, with a password in the docker config. */
async function runAll({ host }: Playground): Promise<Traces> {
  const home = makeHome(host);
  const cwd = makeProject(`
version: 1
images:
  - target: ${host}/out/app
    tags: [latest]
    platforms: [linux/amd64, linux/arm64]
    source: ${host}/demo/builds/hello:1.0.0-{arch}
`);
  const runs = [];
  for (const line of [
    'plan -o plan.json',
    'apply plan.json --result result.json',
    'plan -o json=again.json',
    `inspect ${host}/out/app -v`,
  ])
    runs.push(await runHere(line.split(' '), { cwd, home }));
  return {
    codes: runs.map(({ code }) => code ?? -1),
    output: runs.map(({ stdout, stderr }) => stdout + stderr).join('\n'),
    files: [cwd, home].flatMap(readAll).join('\n'),
  };
}

function readAll(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !(entry.parentPath.endsWith('.docker') && entry.name === 'config.json'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
}
