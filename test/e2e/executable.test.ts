import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { startPlayground } from '../../src/playground/server.ts';
import { runCli } from '../support/run-cli.ts';
import { runProgram } from '../support/run-program.ts';
import { makeTempDir } from '../support/temp-dir.ts';
import { writeFiles } from '../support/write-files.ts';

const BUILD_MS = 240_000;

const makeConfig = (host: string) => `version: 1
images:
  - target: ${host}/shop/hello
    tags: ['1.0.0']
    platforms:
      linux/amd64: ${host}/demo/builds/hello:1.0.0-amd64
      linux/arm64: ${host}/demo/builds/hello:1.0.0-arm64
`;

const folder = makeTempDir();
let program: string;

/** Without Node on the PATH, and with nothing of the user's. */
async function runExecutable(args: readonly string[], cwd: string) {
  const env = { PATH: makeTempDir(), HOME: makeTempDir() };
  const { code, stdout, stderr } = await runProgram(program, args, { timeoutMs: 60_000, cwd, env });
  return { code, stdout: stdout.toString('utf8'), stderr };
}

// Node itself is fetched with npm the first time, into a cache folder.
beforeAll(async () => {
  const script = resolve('scripts/executable.mjs');
  const built = await runProgram(process.execPath, [script, '--out', folder], { timeoutMs: BUILD_MS });
  if (built.code !== 0) throw new Error(`npm run executable failed: ${built.stderr}`);
  program = built.stdout.toString('utf8').split(' (')[0] ?? '';
}, BUILD_MS);

describe('the executable', () => {
  it('lies where it was asked for and may be run', () => {
    expect(program.startsWith(join(folder, 'plait-'))).toBe(true);
    expect(statSync(program).mode & 0o111).toBe(0o111);
  });

  it('says its version and nothing else', async () => {
    expect(await runExecutable(['--version'], folder)).toEqual({
      code: 0,
      stdout: `${packageJson.version}\n`,
      stderr: '',
    });
  });

  it('says what the program of the package says', async () => {
    const registry = await startPlayground({ seed: true });
    const cwd = writeFiles({ 'manifests.yaml': makeConfig(registry.host) });
    const said = [await runExecutable(['validate'], cwd), await runExecutable(['plan', '--no-cache'], cwd)];
    const expected = [await runCli(['validate'], { cwd }), await runCli(['plan', '--no-cache'], { cwd })];
    await registry.close();
    expect(said.map(({ code, stdout }) => ({ code, stdout }))).toEqual(
      expected.map(({ code, stdout }) => ({ code, stdout })),
    );
    expect(said[1]?.stdout).toMatch(/^Plan: 1 to create/);
  });
});
