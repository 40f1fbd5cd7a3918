import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../support/run-program.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

const SCRIPT = resolve('scripts/licences.mjs');

interface Package {
  readonly license?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** A project with these packages installed; the key is the path as the lock file has it. */
function makeProject(packages: Readonly<Record<string, Package>>): string {
  const root = makeTempDir();
  for (const [path, { license }] of Object.entries(packages)) {
    mkdirSync(join(root, path), { recursive: true });
    const name = path.split('node_modules/').at(-1);
    writeFileSync(join(root, path, 'package.json'), JSON.stringify({ name, version: '1.0.0', license }));
  }
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
  return root;
}

function check(root: string) {
  return runProgram(process.execPath, [SCRIPT, '--root', root], { timeoutMs: 10_000 });
}

describe('the licence check', () => {
  it.each(['MIT', '(MIT OR GPL-3.0-only)', 'MIT AND ISC'])('accepts %s', async (license) => {
    const root = makeProject({ '': { dependencies: { a: '1' } }, 'node_modules/a': { license } });
    expect(await check(root)).toMatchObject({ code: 0, stderr: '' });
  });

  it.each(['GPL-3.0-only', 'MIT AND GPL-3.0-only', 'UNLICENSED', 'SEE LICENSE IN FILE', undefined, { type: 'MIT' }])(
    'refuses %j',
    async (license) => {
      const root = makeProject({ '': { dependencies: { a: '1' } }, 'node_modules/a': { license } });
      const { code, stderr } = await check(root);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^a 1\.0\.0 is under/);
    },
  );

  it('follows dependencies of dependencies, also nested ones', async () => {
    const root = makeProject({
      '': { dependencies: { a: '1' } },
      'node_modules/a': { license: 'MIT', dependencies: { b: '1' } },
      'node_modules/b': { license: 'MIT' },
      'node_modules/a/node_modules/b': { license: 'MIT', dependencies: { c: '1' } },
      'node_modules/c': { license: 'AGPL-3.0-only' },
    });
    const { code, stderr } = await check(root);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^c 1\.0\.0 is under/);
  });

  it('does not look at what only development needs', async () => {
    const root = makeProject({ '': {}, 'node_modules/tool': { license: 'AGPL-3.0-only' } });
    expect(await check(root)).toMatchObject({ code: 0 });
  });

  it('agrees with everything that Plait installs', async () => {
    expect(await check('.')).toMatchObject({ code: 0, stderr: '' });
  });
});
