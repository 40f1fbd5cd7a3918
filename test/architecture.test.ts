import { describe, expect, it } from 'vitest';
import {
  findCycles,
  findDefaultExports,
  findForeignPackages,
  findImpurity,
  findLongFiles,
  findMissingFiles,
  findOutsideWorld,
  findReexports,
  findUpwardImports,
} from './support/architecture-rules.ts';
import { parseSource, readSourceTree } from './support/source-tree.ts';

const tree = readSourceTree('src');

describe('the sources', () => {
  it.each([
    ['import only downwards', findUpwardImports],
    ['import only files that exist', findMissingFiles],
    ['have no import cycles', findCycles],
    ['keep each package in its own place', findForeignPackages],
    ['meet the world outside only at the edge', findOutsideWorld],
    ['do no input or output in the pure folders', findImpurity],
    ['re-export only in the public API', findReexports],
    ['have no default exports', findDefaultExports],
    ['have no file of more than 300 lines', findLongFiles],
  ])('%s', (_title, findBreaches) => {
    expect(findBreaches(tree)).toEqual([]);
  });

  it('are read whole', () => {
    expect(tree.map(({ path }) => path)).toEqual(expect.arrayContaining(['oci/digest.ts', 'errors/codes.ts']));
  });
});

describe('the rules', () => {
  it('notice an import from a folder above, also of a type', () => {
    const file = parseSource('oci/a.ts', "import type { Plan } from '../plan/plan.ts';");
    expect(findUpwardImports([file])).toEqual(['oci/a.ts: imports plan/plan.ts, which lies above it']);
  });

  it('notice an import from the top level and a folder that has no place', () => {
    const top = parseSource('oci/a.ts', "import { x } from '../index.ts';");
    const stranger = parseSource('misc/a.ts', "import { x } from '../oci/digest.ts';");
    expect(findUpwardImports([top, stranger])).toHaveLength(2);
  });

  it('notice an import of a file that is not there', () => {
    const file = parseSource('oci/a.ts', "import { x } from './gone.ts';");
    expect(findMissingFiles([file])).toHaveLength(1);
  });

  it('notice a cycle through three files', () => {
    const a = parseSource('oci/a.ts', "import { b } from './b.ts';");
    const b = parseSource('oci/b.ts', "import type { C } from './c.ts';");
    const c = parseSource('oci/c.ts', "const a = await import('./a.ts');");
    expect(findCycles([a, b, c])).toEqual(['oci/a.ts -> oci/b.ts -> oci/c.ts -> oci/a.ts']);
  });

  it('see no cycle where two ways lead to one file', () => {
    const a = parseSource('oci/a.ts', "import './b.ts'; import './c.ts';");
    const b = parseSource('oci/b.ts', "import './c.ts';");
    const c = parseSource('oci/c.ts', 'export const c = 1;');
    expect(findCycles([a, b, c])).toEqual([]);
  });

  it.each([
    ["import { request } from 'undici';", 'state/a.ts'],
    ["import type { Dispatcher } from 'undici';", 'state/a.ts'],
    ["import chalk from 'chalk';", 'cli/a.ts'],
    ["import { cosmiconfig } from 'cosmiconfig';", 'cli/a.ts'],
    ["export * from 'yaml';", 'oci/a.ts'],
    ["import x from '@scope/unknown/deep';", 'transport/a.ts'],
    ["const x = await import('left-pad');", 'report/a.ts'],
    ["type X = import('zod/v4').ZodType;", 'errors/a.ts'],
  ])('notice a package in the wrong place: %s', (text, path) => {
    expect(findForeignPackages([parseSource(path, text)])).toHaveLength(1);
  });

  it.each([
    'process.exit(1);',
    'const { env } = process;',
    "globalThis.process.on('exit', f);",
    'const t = Date.now();',
    'const t = new Date().getTime();',
    'const now = { now: Date.now };',
    'const r = Math.random();',
    "console.log('x');",
    'setTimeout(f, 1);',
    'const later = { setTimeout };',
    "import { setTimeout as sleep } from 'node:timers/promises';",
    "import process from 'node:process';",
  ])('notice the world outside: %s', (text) => {
    expect(findOutsideWorld([parseSource('apply/a.ts', text)])).not.toEqual([]);
  });

  it('let the edge meet the world outside', () => {
    const text = 'process.exitCode = Date.now();';
    expect(findOutsideWorld([parseSource('bin.ts', text), parseSource('cli/context.ts', text)])).toEqual([]);
  });

  it.each([
    'const { length } = child.process;',
    'const text = new Date(ms).toISOString();',
    "const text = 'process'; // console.log",
    'const pattern = /process.env/;',
    'interface Clock { setTimeout: number }',
    "import { process } from './a.ts';",
    'const node = { console: 1 };',
  ])('see no world outside in: %s', (text) => {
    expect(findOutsideWorld([parseSource('apply/a.ts', text)])).toEqual([]);
  });

  it('notice input and output behind a pure folder, however far', () => {
    const plan = parseSource('plan/a.ts', "import { b } from '../state/b.ts';");
    const state = parseSource('state/b.ts', "import { readFile } from 'node:fs/promises';");
    expect(findImpurity([plan, state])).toEqual(['plan/a.ts -> state/b.ts -> node:fs/promises']);
  });

  it('let a pure folder use types from anywhere and hash', () => {
    const plan = parseSource('plan/a.ts', "import { type B } from '../state/b.ts'; import 'node:crypto';");
    const state = parseSource('state/b.ts', "import { readFile } from 'node:fs/promises';");
    expect(findImpurity([plan, state])).toEqual([]);
  });

  it.each(["export * from './b.ts';", "export { b } from './b.ts';", "export type { B } from './b.ts';"])(
    'notice a re-export outside the public API: %s',
    (text) => {
      expect(findReexports([parseSource('oci/a.ts', text)])).toHaveLength(1);
      expect(findReexports([parseSource('index.ts', text)])).toEqual([]);
    },
  );

  it('notice a default export', () => {
    expect(findDefaultExports([parseSource('oci/a.ts', 'export default 1;')])).toHaveLength(1);
  });

  it('notice a file of 301 lines', () => {
    expect(findLongFiles([parseSource('oci/a.ts', 'f();\n'.repeat(301))])).toEqual(['oci/a.ts: 301 lines']);
    expect(findLongFiles([parseSource('oci/a.ts', 'f();\n'.repeat(300))])).toEqual([]);
  });
});
