import { describe, expect, it } from 'vitest';
import {
  diagnoseFiles,
  listAll,
  listErrors,
  listFiles,
  loadFiles,
  loadYaml,
  readMark,
} from '../../support/load-yaml.ts';

/** Deleting is allowed everywhere but at docker.io. */
const HEAD = 'version: 1\nregistries: {"*": {deletes: tag}, docker.io: {concurrency: 1}}\n';
const IMAGE = 'images: [{target: ghcr.io/acme/api, tags: ["1.8", pr-7], from: "ghcr.io/acme/builds/api:1"}]\n';

function absent(entry: string): string {
  return `${HEAD}absent: [${entry}]\n`;
}

describe('tags that are to be gone', () => {
  it('are named, or matched by globs and regular expressions', () => {
    const text = absent(
      '{target: ghcr.io/acme/api, tags: [a, b], tagsMatching: ["pr-*", "re:^v?0\\\\."], except: [pr-1]}',
    );

    const [absence] = loadYaml(text).absences;

    expect(absence).toMatchObject({
      id: 'absent ghcr.io/acme/api',
      origin: { file: 'manifests.yaml', line: 3, column: 10 },
      repository: { registry: 'ghcr.io', path: 'acme/api' },
      tags: ['a', 'b'],
      except: ['pr-1'],
    });
    expect(absence?.tagsMatching.map(({ text: written }) => written)).toEqual(['pr-*', 're:^v?0\\.']);
    expect(
      ['pr-7', 'xpr-7', 'v0.1', '0x1'].map((tag) => absence?.tagsMatching.map(({ matches }) => matches(tag))),
    ).toEqual([
      [true, false],
      [false, false],
      [false, true],
      [false, false],
    ]);
  });

  it('may have variables, and several entries for one repository', () => {
    const text = `${HEAD}variables: {old: {type: list, default: [a, b]}}
absent:
  - {target: ghcr.io/acme/api, tags: "\${old}"}
  - {target: ghcr.io/acme/api, tags: [c]}
`;

    expect(loadYaml(text).absences.map(({ id, tags }) => [id, tags])).toEqual([
      ['absent ghcr.io/acme/api', ['a', 'b']],
      ['absent ghcr.io/acme/api 2', ['c']],
    ]);
  });

  it('count once when they are named twice', () => {
    const { text, place } = readMark(
      `${HEAD}absent:\n  - {target: ghcr.io/a/b, tags: [x]}\n  - {target: ghcr.io/a/b, tags: [►x]}\n`,
    );

    expect(listAll(text)).toEqual([`${place} note duplicate-tag absent[1].tags[0]`]);
    expect(loadYaml(text).absences).toHaveLength(1);
  });

  it('are enough for a config', () => {
    expect(listAll(absent('{target: ghcr.io/a/b, tags: [x]}'))).toEqual([]);
  });

  it.each([
    ['►{tags: [x]}', 'missing-key absent[0]'],
    ['►{target: ghcr.io/a/b}', 'missing-key absent[0]'],
    ['{target: ghcr.io/a/b, tags: [x], except: ►[y]}', 'missing-key absent[0].except'],
    ['{target: ►"ghcr.io/a/b:c", tags: [x]}', 'invalid-reference absent[0].target'],
    ['{target: ghcr.io/a/b, tags: [►"pr-*"]}', 'invalid-tag absent[0].tags[0]'],
    ['{target: ghcr.io/a/b, tags: [►1.10]}', 'not-text absent[0].tags[0]'],
    ['{target: ghcr.io/a/b, tagsMatching: ["*"], except: [►"pr-*"]}', 'invalid-tag absent[0].except[0]'],
    ['{target: ghcr.io/a/b, tagsMatching: [►"re:("]}', 'invalid-pattern absent[0].tagsMatching[0]'],
    ['{target: ghcr.io/a/b, tagsMatching: [►"{a"]}', 'invalid-pattern absent[0].tagsMatching[0]'],
    ['{target: ghcr.io/a/b, tagsMatching: ►[]}', 'empty-value absent[0].tagsMatching'],
    ['{target: ghcr.io/a/b, tags: [►x], tagsMatching: ["*"], except: [x]}', 'conflicting-keys absent[0].tags[0]'],
    ['{target: ►redis, tags: [x]}', 'deletes-not-allowed absent[0].target'],
  ])('are checked: %s', (entry, expected) => {
    const { text, place } = readMark(absent(entry));

    expect(listErrors(text)).toEqual([`${place} ${expected}`]);
  });

  it('cannot be at a registry that is only read', () => {
    const { text, place } = readMark(
      'version: 1\nregistries: {ghcr.io: {readOnly: true}}\nabsent: [{target: ►ghcr.io/a/b, tags: [x]}]\n',
    );

    expect(listErrors(text)).toEqual([`${place} read-only-target absent[0].target`]);
  });
});

describe('a tag that is wanted', () => {
  it('cannot be absent, too, and both places are named', () => {
    const { text, place } = readMark(`${HEAD}${IMAGE}absent: [{target: ghcr.io/acme/api, tags: [►"1.8"]}]\n`);

    const [diagnostic, ...others] = diagnoseFiles({ 'manifests.yaml': text });

    expect(others).toEqual([]);
    expect(diagnostic).toMatchObject({ code: 'wanted-and-absent', path: 'absent[0].tags[0]', severity: 'error' });
    expect(`${diagnostic?.origin.line}:${diagnostic?.origin.column}`).toBe(place);
    expect(diagnostic?.message).toContain('in line 3, column 44');
    expect(diagnostic?.hint).toBeDefined();
  });

  it('cannot be matched by a pattern, unless it is among the exceptions', () => {
    const { text, place } = readMark(`${HEAD}${IMAGE}absent: [{target: ghcr.io/acme/api, tagsMatching: [►"pr-*"]}]\n`);

    expect(listErrors(text)).toEqual([`${place} wanted-and-absent absent[0].tagsMatching[0]`]);
    expect(listErrors(text.replace('["pr-*"]', '["pr-*"], except: [pr-7]'))).toEqual([]);
  });

  it('can be absent from another repository', () => {
    expect(
      listErrors(`${HEAD}${IMAGE}absent: [{target: ghcr.io/acme/web, tags: ["1.8"], tagsMatching: ["*"]}]\n`),
    ).toEqual([]);
  });

  it('cannot be absent in another file', () => {
    const files = {
      'a.yaml': `${HEAD}${IMAGE}`,
      'b.yaml': 'version: 1\nabsent: [{target: ghcr.io/acme/api, tags: ["1.8"]}]\n',
    };

    expect(listFiles(files)).toEqual(['b.yaml:2:44 wanted-and-absent absent[0].tags[0]']);
    expect(diagnoseFiles(files)[0]?.message).toContain('in a.yaml:3');
  });

  it('can be absent when its image is not enabled', () => {
    const disabled = IMAGE.replace('{target', '{enabled: false, target');

    expect(
      loadFiles({ 'a.yaml': `${HEAD}${disabled}absent: [{target: ghcr.io/acme/api, tags: ["1.8"]}]\n` }).absences,
    ).toHaveLength(1);
  });
});
