import { isAscii } from 'node:buffer';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startPlayground } from '../../src/playground/server.ts';
import { runCounted } from '../support/loaded-modules.ts';
import { writeFiles } from '../support/write-files.ts';

// Each module that runs at the start takes its time in every run. The limits are little more than today's counts: when one is crossed,
// look which import brought the new module, and load it where it is used; raise the limit only for what every run needs.
const LIMITS = { help: 46, validate: 240, plan: 435 };

/** V8 reads a file to its end before it runs a line of it, at some 30 kB a millisecond. */
const MAX_BYTES = { 'bin.cjs': 1_500, 'plait.cjs': 140_000, 'plait-config.cjs': 520_000, 'plait-plan.cjs': 560_000 };

const makeConfig = (host: string) => `version: 1
images:
  - target: ${host}/app
    tags: ['1.0']
    platforms:
      linux/amd64: ${host}/app:1.0-amd64
`;

describe('a start', () => {
  it('loads nothing but a few lines for the version', async () => {
    const { result, files, modules } = await runCounted(['--version']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(files).toEqual(['bin.cjs']);
    expect(modules).toEqual([]);
  });

  it('loads no file that holds what only other commands need', async () => {
    const registry = await startPlayground({ port: 0, seed: false });
    const cwd = writeFiles({ 'manifests.yaml': makeConfig(registry.host) });
    const { files: version } = await runCounted(['version']);
    const { files: help } = await runCounted(['--help']);
    const { files: validate } = await runCounted(['validate'], { cwd });
    const { files: plan } = await runCounted(['plan', '--no-cache'], { cwd });
    await registry.close();
    expect(version).toEqual(['bin.cjs', 'plait.cjs']);
    expect(help).toEqual(['bin.cjs', 'plait.cjs']);
    expect(validate).toEqual(['bin.cjs', 'plait-config.cjs', 'plait.cjs']);
    expect(plan).toEqual(['bin.cjs', 'plait-config.cjs', 'plait-plan.cjs', 'plait.cjs']);
  });

  it('reads files that are no larger than they must be', () => {
    const large = Object.entries(MAX_BYTES).filter(([name, max]) => statSync(join('dist', name)).size > max);
    expect(large).toEqual([]);
  });

  it('reads files of one byte a character', () => {
    const texts = readdirSync('dist').flatMap((name) => (name.endsWith('.cjs') ? [join('dist', name)] : []));
    expect(texts.filter((path) => !isAscii(readFileSync(path)))).toEqual([]);
  });

  it('runs no module for help that only a command needs', async () => {
    const { result, modules } = await runCounted(['--help']);
    expect(result.code).toBe(0);
    expect(modules.filter((path) => /node_modules\/(?!commander|chalk)|src\/cli\/commands/.test(path))).toEqual([]);
    expect(modules).toContain('src/cli/program.ts');
    expect(modules.length).toBeLessThanOrEqual(LIMITS.help);
  });

  it('runs no module for validate that speaks to registries', async () => {
    const cwd = writeFiles({ 'manifests.yaml': makeConfig('127.0.0.1:5000') });
    const { result, modules } = await runCounted(['validate'], { cwd });
    expect(result.code).toBe(0);
    expect(modules.filter((path) => /undici|src\/(registry|transport|auth|state|apply)\//.test(path))).toEqual([]);
    expect(modules).toContain('src/config/load.ts');
    expect(modules.length).toBeLessThanOrEqual(LIMITS.validate);
  });

  it('runs nothing for plan that writes, and no writer of a report that was not asked for', async () => {
    const registry = await startPlayground({ port: 0, seed: false });
    const cwd = writeFiles({ 'manifests.yaml': makeConfig(registry.host) });
    const { modules } = await runCounted(['plan', '--no-cache'], { cwd });
    await registry.close();
    expect(
      modules.filter((path) => /src\/(playground|import)\/|report\/(html|markdown|sarif|junit)/.test(path)),
    ).toEqual([]);
    expect(modules.filter((path) => /src\/registry\/(write-manifest|put|copy|move|delete)/.test(path))).toEqual([]);
    expect(modules).toContain('src/report/text-plan.ts');
    expect(modules.length).toBeLessThanOrEqual(LIMITS.plan);
  });
});
