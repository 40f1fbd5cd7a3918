import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import {
  diagnoseFiles,
  listAll,
  listErrors,
  listFiles,
  loadFiles,
  loadYaml,
  readMark,
} from '../../support/load-yaml.ts';

/** A file with one image and, before it, `lines`. */
function imageAt(repository: string, lines = ''): string {
  return `version: 1\n${lines}images: [{target: ${repository}, tags: [t], from: "ghcr.io/builds/a:1"}]\n`;
}

function including(entry: string): string {
  return `version: 1\ninclude:\n  - ${entry}\n`;
}

describe('included files', () => {
  it('follow the file that includes them, sorted, with their hashes', () => {
    const includes = { 'teams/b/m.yaml': imageAt('ghcr.io/b'), 'teams/a/m.yaml': imageAt('ghcr.io/a') };
    const files = {
      'x.yaml': `${including('{path: teams/*/m.yaml}')}${imageAt('ghcr.io/x').slice(11)}`,
      'y.yaml': imageAt('ghcr.io/y'),
    };

    const loaded = loadFiles(files, { includes });

    expect(loaded.files.map(({ path }) => path)).toEqual(['x.yaml', 'teams/a/m.yaml', 'teams/b/m.yaml', 'y.yaml']);
    expect(loaded.declarations.map(({ id, origin }) => [id, origin.file])).toEqual([
      ['ghcr.io/x:t', 'x.yaml'],
      ['ghcr.io/a:t', 'teams/a/m.yaml'],
      ['ghcr.io/b:t', 'teams/b/m.yaml'],
      ['ghcr.io/y:t', 'y.yaml'],
    ]);
  });

  it('are found relative to the file that includes them, through any number of files', () => {
    const includes = {
      'teams/all.yaml': including('{path: core/m.yaml}'),
      'teams/core/m.yaml': including('{path: ../../shared.yaml}'),
      'shared.yaml': imageAt('ghcr.io/shared'),
    };

    expect(loadYaml(including('{path: teams/all.yaml}'), { includes }).declarations.map(({ id }) => id)).toEqual([
      'ghcr.io/shared:t',
    ]);
  });

  it('have variables and defaults of their own, and see none of those of others', () => {
    const root = `version: 1
variables: {team: {default: core}, secret: {default: x}}
defaults: {labels: {of: root}}
include: [{path: "teams/\${team}.yaml"}]
`;
    const own = imageAt('ghcr.io/a', 'variables: {tag: {default: a}}\ndefaults: {labels: {of: "${tag}"}}\n');

    expect(
      loadYaml(root, { includes: { 'teams/core.yaml': own }, variables: { tag: 'b' } }).declarations[0]?.labels,
    ).toEqual({ of: 'b' });
    expect(
      listFiles({ 'm.yaml': root }, { includes: { 'teams/core.yaml': own.replace('"${tag}"', '"${secret}"') } }),
    ).toEqual(['teams/core.yaml:3:25 unknown-variable defaults.labels.of']);
  });

  it('need a reader', () => {
    const files = [{ path: 'm.yaml', directory: '/project', text: including('{path: a.yaml}') }];

    expect(() => loadConfig({ files, variables: {}, environment: {} })).toThrow(
      expect.objectContaining({ diagnostics: [expect.objectContaining({ code: 'invalid-include' })] }),
    );
  });

  it('may be none when that is optional, and a note says so', () => {
    const root = including('{path: "teams/*.yaml", optional: true}') + imageAt('ghcr.io/a').slice(11);

    expect(listAll(root)).toEqual(['3:12 note unmatched-include include[0].path']);
  });

  it.each([
    ['►{optional: true}', 'missing-key include[0]'],
    ['{path: ►""}', 'invalid-include include[0].path'],
    ['{path: ►/etc/m.yaml}', 'invalid-include include[0].path'],
    ['{path: ►~/m.yaml}', 'invalid-include include[0].path'],
    ['{path: ►"C:/m.yaml"}', 'invalid-include include[0].path'],
    ['{path: ►../m.yaml}', 'invalid-include include[0].path'],
    ['{path: ►"a/../../project-b/*.yaml"}', 'invalid-include include[0].path'],
    ['{path: ►"*/../../x.yaml"}', 'invalid-include include[0].path'],
    ['{path: ►"a\\\\b.yaml"}', 'invalid-include include[0].path'],
    ['{path: ►"*{a"}', 'invalid-include include[0].path'],
    ['{path: ►"none.yaml"}', 'unmatched-include include[0].path'],
    ['{path: a.yaml, allow: [►image]}', 'invalid-value include[0].allow[0]'],
    ['{path: a.yaml, allow: ►[]}', 'empty-value include[0].allow'],
    ['{path: a.yaml, allowTargets: [►"{"]}', 'invalid-pattern include[0].allowTargets[0]'],
    ['►a.yaml', 'wrong-type include[0]'],
  ])('are checked: %s', (entry, expected) => {
    const { text, place } = readMark(including(entry));

    expect(listErrors(text, { includes: { 'a.yaml': imageAt('ghcr.io/a') } })).toEqual([`${place} ${expected}`]);
  });

  it('cannot lie above the folder of the first file, whoever includes them', () => {
    const files = { 'in/m.yaml': including('{path: teams/a.yaml}') };
    const includes = { 'in/teams/a.yaml': including('{path: ../../out.yaml}'), 'out.yaml': imageAt('ghcr.io/out') };

    expect(listFiles(files, { includes })).toEqual(['in/teams/a.yaml:3:12 invalid-include include[0].path']);
  });

  it('are all of the errors of a run, in the order of the files', () => {
    const includes = { 'a.yaml': 'version: 1\nimges: []\n', 'b.yaml': '{{{' };
    const root = `${including('{path: "?.yaml"}')}images: [{tags: [1]}]\n`;

    expect(listFiles({ 'm.yaml': root }, { includes }).map((line) => line.split(':')[0])).toEqual([
      'm.yaml',
      'm.yaml',
      'm.yaml',
      'm.yaml',
      'a.yaml',
      'b.yaml',
      'b.yaml',
    ]);
  });
});

describe('a file that is already read', () => {
  it('cannot include itself, and the way is printed', () => {
    const includes = {
      'teams/a.yaml': including('{path: b.yaml}'),
      'teams/b.yaml': including('{path: ../manifests.yaml}'),
    };

    const [cycle, ...others] = diagnoseFiles({ 'manifests.yaml': including('{path: teams/a.yaml}') }, { includes });

    expect(others).toEqual([]);
    expect(cycle).toMatchObject({ code: 'include-cycle', severity: 'error', path: 'include[0].path' });
    expect(cycle?.origin).toEqual({ file: 'teams/b.yaml', line: 3, column: 12 });
    expect(cycle?.message).toContain('manifests.yaml → teams/a.yaml → teams/b.yaml → manifests.yaml');
    expect(cycle?.hint).toBeDefined();
  });

  it('cannot be matched by its own glob', () => {
    expect(listErrors(including('{path: "*.yaml"}'))).toEqual(['3:12 include-cycle include[0].path']);
  });

  it('cannot be included once more, as one place could allow it more than the other', () => {
    const includes = { 'a.yaml': imageAt('ghcr.io/a') };
    const root = `${including('{path: a.yaml, allow: [images]}')}  - {path: "*a.yaml"}\n`;

    const [found] = diagnoseFiles({ 'manifests.yml': root }, { includes });

    expect(listFiles({ 'manifests.yml': root }, { includes })).toEqual([
      'manifests.yml:4:12 duplicate-include include[1].path',
    ]);
    expect(found?.message).toContain('in line 3');
  });

  it('cannot be included when the run was given it', () => {
    const files = { 'a.yaml': including('{path: b.yaml}'), 'b.yaml': imageAt('ghcr.io/b') };

    expect(listFiles(files)).toEqual(['a.yaml:3:12 duplicate-include include[0].path']);
  });
});

describe('many files', () => {
  it('can include each other ten deep, and no more', () => {
    const chain = (length: number) =>
      Object.fromEntries(
        Array.from({ length }, (_, at) => [
          `${at}.yaml`,
          at === length - 1 ? imageAt('ghcr.io/a') : including(`{path: ${at + 1}.yaml}`),
        ]),
      );

    expect(listErrors(including('{path: 0.yaml}'), { includes: chain(9) })).toEqual([]);
    expect(listFiles({ 'm.yaml': including('{path: 0.yaml}') }, { includes: chain(10) })).toEqual([
      '8.yaml:3:12 too-many-includes include[0].path',
    ]);
  });

  it('are refused from the thousandth on', () => {
    const file = 'version: 1\nimages: []\n';
    const many = (length: number) => Object.fromEntries(Array.from({ length }, (_, at) => [`t/${at}.yaml`, file]));

    expect(listErrors(including('{path: "t/*.yaml"}'), { includes: many(999) })).toEqual([]);
    expect(listErrors(including('{path: "t/*.yaml"}'), { includes: many(1000) })).toEqual([
      '3:12 too-many-includes include[0].path',
    ]);
  });
});

describe('what a file may do', () => {
  it('is to declare tags, unless more is allowed', () => {
    const guards = 'guards: {updates: {count: 1}}\nregistries: {ghcr.io: {deletes: tag}}\ndrift: {children: off}\n';
    const includes = { 'a.yaml': imageAt('ghcr.io/a', `${guards}variables: {}\ndefaults: {}\nabsent: []\n`) };

    expect(listFiles({ 'm.yaml': including('{path: a.yaml}') }, { includes })).toEqual([
      'a.yaml:2:1 key-not-allowed guards',
      'a.yaml:3:1 key-not-allowed registries',
      'a.yaml:4:1 key-not-allowed drift',
    ]);
    const all = '{path: a.yaml, allow: [guards, registries, drift, images, absent, variables, defaults]}';
    expect(loadFiles({ 'm.yaml': including(all) }, { includes }).guards.updates?.count).toBe(1);
  });

  it('is no more than allow says', () => {
    const includes = {
      'a.yaml': imageAt('ghcr.io/a', 'x-a: 1\nvariables: {}\ndefaults: {}\nabsent: []\nimgaes: []\n'),
    };

    const found = diagnoseFiles({ 'm.yaml': including('{path: a.yaml, allow: [images]}') }, { includes });

    expect(found.map(({ code, path }) => [code, path])).toEqual([
      ['key-not-allowed', 'variables'],
      ['key-not-allowed', 'defaults'],
      ['key-not-allowed', 'absent'],
      ['unknown-key', 'imgaes'],
    ]);
    expect(found[0]?.hint).toBe('m.yaml:3 includes it with  allow: [images]');
  });

  it('is to declare tags, wanted or absent, where allowTargets says, and nowhere else', () => {
    const registries = 'registries: {"*": {deletes: tag}}\n';
    const root = `${including('{path: a.yaml, allowTargets: ["ghcr.io/acme/teams/**", "*/shared"]}')}${registries}`;
    const team = `version: 1
images:
  - {target: ghcr.io/acme/teams/core, tags: [t], from: "b:1"}
  - {targets: [{repository: quay.io/shared, tags: [t]}, {repository: ghcr.io/acme/api, tags: [t]}], from: "b:1"}
  - {target: ghcr.io/acme/teams, tags: [t, u], from: "b:1"}
absent:
  - {target: ghcr.io/acme/teams/core, tags: [old]}
  - {target: ghcr.io/acme/api, tagsMatching: ["old-*"]}
`;

    const found = listFiles({ 'm.yaml': root }, { includes: { 'a.yaml': team } });

    expect(found).toEqual([
      'a.yaml:4:95 target-not-allowed images[1].targets[1].tags[0]',
      'a.yaml:5:41 target-not-allowed images[2].tags[0]',
      'a.yaml:5:44 target-not-allowed images[2].tags[1]',
      'a.yaml:8:14 target-not-allowed absent[1].target',
    ]);
  });

  it('cannot grow on the way', () => {
    const wide = '{path: b.yaml, allow: [images, guards], allowTargets: ["**"]}';
    const includes = {
      'a.yaml': including(wide),
      'b.yaml': imageAt('ghcr.io/other', 'guards: {floatingSources: allow}\n'),
    };
    const root = including('{path: a.yaml, allow: [images, include], allowTargets: [ghcr.io/acme/**]}');

    expect(listFiles({ 'm.yaml': root }, { includes })).toEqual([
      'b.yaml:2:1 key-not-allowed guards',
      'b.yaml:3:41 target-not-allowed images[0].tags[0]',
    ]);
  });
});
