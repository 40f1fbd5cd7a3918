import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { CommandEnd } from '../../../src/cli/command-end.ts';
import type { CliContext } from '../../../src/cli/context.ts';
import {
  addCacheOptions,
  addConnectionOptions,
  addDisplayOptions,
  addInputOptions,
  applyEnvironment,
} from '../../../src/cli/options.ts';
import { makeSettingsJsonSchema } from '../../../src/cli/settings-schema.ts';
import { useSettings } from '../../../src/cli/use-settings.ts';
import { findToolSettings } from '../../../src/config/settings/find-settings.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

/** A folder with these files. */
function plant(files: Readonly<Record<string, string>>, folder = makeTempDir()): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

interface Outcome {
  readonly options: Record<string, unknown>;
  readonly stderr: string;
  readonly exitCode: number | undefined;
}

/** What a command that has most kinds of flags gets in `folder`. */
async function run(
  folder: string,
  {
    argv = [],
    environment = {},
  }: { readonly argv?: readonly string[]; readonly environment?: Record<string, string> } = {},
): Promise<Outcome> {
  let stderr = '';
  const output = { isTerminal: false, columns: 80, write: (text: string) => (stderr += text) };
  const context = { workingDirectory: folder, environment, stdout: output, stderr: output } as unknown as CliContext;
  const command = new Command('x').option('--detailed-exitcode').option('-y, --yes').exitOverride();
  addDisplayOptions(addCacheOptions(addConnectionOptions(addInputOptions(command))), ['text']);
  const other = new Command('y').option('--port <n>', '', Number);
  command.parse([...argv], { from: 'user' });
  applyEnvironment(command, environment);
  try {
    await useSettings(command, () => [command, other], context);
    return { options: command.opts(), stderr, exitCode: undefined };
  } catch (error) {
    if (!(error instanceof CommandEnd)) throw error;
    return { options: command.opts(), stderr, exitCode: error.exitCode };
  }
}

describe('settings of the tool', () => {
  it('are values for flags, by the names of the flags', async () => {
    const folder = plant({
      '.plaitrc.yaml': `color: never
parallelism: 7
detailed-exitcode: true
plain-http: [a.lan, b.lan]
insecure-skip-verify: c.lan
var: [tag=1]
port: 5010
x-note: 1
`,
    });

    expect((await run(folder)).options).toMatchObject({
      color: 'never',
      parallelism: 7,
      detailedExitcode: true,
      plainHttp: ['a.lan', 'b.lan'],
      insecureSkipVerify: ['c.lan'],
      var: ['tag=1'],
    });
  });

  it('come after the command line and the environment', async () => {
    const folder = plant({ '.plaitrc': 'color: never\nprogress: none\nparallelism: 7\n' });

    const { options } = await run(folder, { argv: ['--color', 'always'], environment: { PLAIT_PROGRESS: 'plain' } });

    expect(options).toMatchObject({ color: 'always', progress: 'plain', parallelism: 7 });
  });

  it('have paths relative to their own folder', async () => {
    const root = plant({
      '.git/HEAD': '',
      'plait.config.yaml': 'file: [deploy/m.yaml, "-"]\ncache: .cache\noutput: [text, json=out/plan.json]\n',
      'a/b/readme': '',
    });

    expect((await run(join(root, 'a/b'))).options).toMatchObject({
      file: [join(root, 'deploy/m.yaml'), '-'],
      cache: join(root, '.cache'),
      output: ['text', `json=${join(root, 'out/plan.json')}`],
    });
  });

  it('can switch off what a flag with no- switches off', async () => {
    expect((await run(plant({ '.plaitrc': 'cache: false\n' }))).options).toMatchObject({ cache: false });
    expect((await run(plant({ '.plaitrc': 'no-cache: true\n' }))).options).toMatchObject({ cache: false });
  });

  it.each([
    ['.plaitrc', 'color: never\n'],
    ['.plaitrc', '{"color": "never"}'],
    ['.plaitrc.yaml', 'color: never\n'],
    ['.plaitrc.json', '{\n\t"$schema": "x",\n\t"color": "never"\n}\n'],
    ['plait.config.yaml', 'color: never\n'],
    ['plait.config.json', '{"color": "never"}'],
    ['package.json', '{"name": "x", "plait": {"color": "never"}}'],
  ])('stand in %s', async (path, text) => {
    expect((await run(plant({ [path]: text }))).options.color).toBe('never');
  });

  it('are those of the nearest file, and within a repository', async () => {
    const root = plant({
      'plait.config.yaml': 'parallelism: 1\n',
      'in/.git': 'gitdir: x',
      'in/.plaitrc': 'parallelism: 2\n',
      'in/a/package.json': '{"name": "a"}',
      'in/b/package.json': '{"plait": {"parallelism": 3}}',
    });

    expect((await run(join(root, 'in/a'))).options.parallelism).toBe(2);
    expect((await run(join(root, 'in/b'))).options.parallelism).toBe(3);
    expect(await findToolSettings(join(plant({ 'in/.git/HEAD': '' }, join(root, 'other')), 'in'))).toBeUndefined();
  });

  it('leave alone a package.json that is for others', async () => {
    expect(await findToolSettings(plant({ 'package.json': '{"name": ' }))).toBeUndefined();
    expect(await findToolSettings(plant({ 'package.json': '[1]' }))).toBeUndefined();
    expect(await findToolSettings(plant({ 'package.json': '{"$import": "./x.js", "name": "x"}' }))).toBeUndefined();
  });

  it.each([
    ['colr: never', '1:1', 'unknown-key', 'did you mean color?'],
    ['--color: never', '1:1', 'unknown-key', 'did you mean color?'],
    ['yes: true', '1:1', 'unknown-key', 'give it on the command line'],
    ['color: pink', '1:8', 'invalid-value', ''],
    ['color: alway', '1:8', 'invalid-value', 'did you mean always?'],
    ['parallelism: 0', '1:14', 'invalid-value', ''],
    ['detailed-exitcode: "true"', '1:20', 'invalid-value', ''],
    ['detailed-exitcode: yes', '1:20', 'not-text', ''],
    ['plain-http: 5', '1:13', 'invalid-value', ''],
    ['cache: 5', '1:8', 'invalid-value', 'write "5"'],
    ['color: [never]', '1:8', 'invalid-value', ''],
    ['file: {a: b}', '1:7', 'wrong-type', ''],
    ['- color', '1:1', 'wrong-type', 'flag-name: value'],
    ['', '1:1', 'empty-file', 'flag-name: value'],
    ['{{{', '', 'yaml-syntax', ''],
  ])('are checked: %s', async (text, place, code, hint) => {
    const { exitCode, stderr } = await run(plant({ '.plaitrc.yaml': `${text}\n` }));

    expect(exitCode).toBe(64);
    expect(stderr).toContain(`.plaitrc.yaml:${place}`);
    expect(stderr).toContain(`[${code}]`);
    expect(stderr).toContain(hint);
  });

  it('run no code', async () => {
    const bomb = 'throw new Error("run");\n';
    const folder = plant({
      'plait.config.js': bomb,
      'plait.config.mjs': bomb,
      'plait.config.ts': bomb,
      '.plaitrc.js': bomb,
      '.config/plaitrc.js': bomb,
      '.config/config.js': bomb,
      'bomb.js': bomb,
      'package.json': '{"cosmiconfig": {"searchPlaces": ["bomb.js"]}}',
    });

    expect(await findToolSettings(folder)).toBeUndefined();
    expect((await run(plant({ '.plaitrc': '$import: ./bomb.js\ncolor: never\n' }, folder))).stderr).toContain(
      'unknown-key',
    );
  });

  it('are no device and no file without end', async () => {
    const folder = makeTempDir();
    symlinkSync('/dev/zero', join(folder, '.plaitrc'));

    await expect(findToolSettings(folder)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('are not looked for by a command without flags', async () => {
    const command = new Command('bare');
    const context = { workingDirectory: plant({ '.plaitrc': '{{{' }) } as unknown as CliContext;

    await expect(useSettings(command, () => [command], context)).resolves.toBeUndefined();
  });
});

describe('the JSON Schema of settings', () => {
  const schema = makeSettingsJsonSchema();

  it('is the one in schemas/', () => {
    const written = readFileSync(new URL('../../../schemas/settings.schema.json', import.meta.url), 'utf8');

    expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(schema)));
  });

  it('knows flags by their types, and not those that are for one run', () => {
    expect(schema.properties).toMatchObject({
      color: { enum: ['auto', 'always', 'never'] },
      parallelism: { type: 'integer' },
      'detailed-exitcode': { type: 'boolean' },
      'var-file': { anyOf: [{ type: 'string' }, { type: 'array' }] },
      cache: { anyOf: [{ type: 'string' }, { const: false }] },
    });
    expect(Object.keys(schema.properties as object)).not.toEqual(expect.arrayContaining(['yes']));
    expect(Object.keys(schema.properties as object)).not.toEqual(expect.arrayContaining(['allow']));
  });
});
