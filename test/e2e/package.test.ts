import { readFileSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { parsePage } from '../support/docs-page.ts';
import { installPacked, type PackedPackage, run } from '../support/packed-package.ts';

const MAX_PACKED_BYTES = 800_000;

let installed: PackedPackage;
beforeAll(async () => {
  installed = await installPacked();
});

const filesLike = (pattern: RegExp) => [...installed.files].filter(([path]) => pattern.test(path));

describe('the npm package', () => {
  it('holds the program, the public API and its types, and nothing else of the build', () => {
    const paths = [...installed.files.keys()];
    expect(paths.filter((path) => !/^dist\/.*\.d\.ts$/.test(path))).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist/THIRD-PARTY-NOTICES.txt',
      'dist/bin.cjs',
      'dist/index.js',
      'dist/plait-apply.cjs',
      'dist/plait-config.cjs',
      'dist/plait-more.cjs',
      'dist/plait-plan.cjs',
      'dist/plait-rare.cjs',
      'dist/plait.cjs',
      'man/plait.1',
      'manifests.example.yaml',
      'package.json',
      'schemas/events.schema.json',
      'schemas/lock.schema.json',
      'schemas/manifests.schema.json',
      'schemas/plan.schema.json',
      'schemas/result.schema.json',
      'schemas/settings.schema.json',
    ]);
    expect(paths).toContain('dist/index.d.ts');
  });

  it('is small', () => {
    expect(installed.packedBytes).toBeLessThan(MAX_PACKED_BYTES);
  });

  it('says nothing of the machine it was built on', () => {
    const place = resolve('.');
    const telling = filesLike(/./).filter(([, text]) => text.includes(place) || text.includes('sourceMappingURL='));
    expect(telling.map(([path]) => path)).toEqual([]);
  });

  it('wants nothing else to be installed', () => {
    expect(packageJson).not.toHaveProperty('dependencies');
    const named = filesLike(/\.d\.ts$/).flatMap(([, text]) =>
      [...text.matchAll(/(?:\bfrom |import\()'([^'.\n]+)'/g)].map(([, name]) => name),
    );
    expect(named.filter((name) => !name?.startsWith('node:'))).toEqual([]);
    const required = filesLike(/\.c?js$/).flatMap(([, text]) =>
      [...text.matchAll(/\brequire\("([^".][^"]*)"\)/g)].map(([, name = '']) => name),
    );
    expect(required.filter((name) => !name.startsWith('node:') && !builtinModules.includes(name))).toEqual([]);
  });

  it('passes on the licence of every package that it contains', () => {
    const [, notices = ''] = filesLike(/THIRD-PARTY/)[0] ?? [];
    const [list = '', ...texts] = notices.split(/^-{80}$/m);
    const titles = [...list.matchAll(/^- (.*)$/gm)].map(([, title = '']) => title);
    expect(titles).toEqual(
      expect.arrayContaining([expect.stringMatching(/^undici 7/), expect.stringMatching(/^zod 4/)]),
    );
    expect(texts.map((text) => text.trim().split('\n')[0])).toEqual(titles);
    expect(texts.filter((text) => !/copyright/i.test(text))).toEqual([]);
  });

  it('has the program that its manifest names', async () => {
    const program = join(installed.folder, 'node_modules/plait', packageJson.bin.plait);
    const { stdout } = await run(process.execPath, [program, '--version'], installed.folder);
    expect(stdout).toBe(`${packageJson.version}\n`);
  });

  it('lets a program in TypeScript do what docs/api.md shows', async () => {
    const page = parsePage('docs/api.md', readFileSync('docs/api.md', 'utf8'));
    const [example] = page.blocks.filter(({ language }) => language === 'ts');
    writeFileSync(join(installed.folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(installed.folder, 'example.ts'), example?.text ?? '');
    const flags = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
    await run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), ...flags, 'example.ts'], installed.folder);
    const { stdout } = await run(process.execPath, ['example.js'], installed.folder);
    expect(stdout).toMatch(/^Plan: 1 to create/);
    expect(stdout).toContain('as JSON: {"create":1,');
    expect(stdout).toMatch(/shop\/hello:1\.0\.0/);
    expect(stdout).toMatch(/left to do: 0\n$/);
  });
});
