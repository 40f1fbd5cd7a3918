import { describe, expect, it } from 'vitest';
import { listFiles, loadYaml, readMark } from '../../support/load-yaml.ts';

const CONFIG = `version: 1
variables:
  tag: {default: a, env: TAG, pattern: '^[a-z]+$'}
  tags: {type: list, default: [x, y]}
images: [{target: a/b, tags: ["\${tag}"], from: "c:1"}, {target: a/c, tags: "\${tags}", from: "c:1"}]
`;

function tagsOf(variableFiles: Record<string, string>, more: object = {}): unknown {
  return loadYaml(CONFIG, { variableFiles, ...more }).declarations.map(({ targets }) => targets[0]?.tags);
}

describe('values from a file', () => {
  it('come before the environment and after --var', () => {
    const environment = { TAG: 'b' };

    expect(tagsOf({}, { environment })).toEqual([['b'], ['x', 'y']]);
    expect(tagsOf({ 'v.yaml': 'tag: c\n' }, { environment })).toEqual([['c'], ['x', 'y']]);
    expect(tagsOf({ 'v.yaml': 'tag: c\n' }, { environment, variables: { tag: 'd' } })).toEqual([['d'], ['x', 'y']]);
  });

  it('may be lists, in YAML or JSON, and a later file wins', () => {
    expect(tagsOf({ 'v.yaml': 'tags: [p, q]\ntag: b\nx-note: 1\n', 'w.json': '{\n\t"tag": "c"\n}' })).toEqual([
      ['c'],
      ['p', 'q'],
    ]);
  });

  it('are taken as they stand', () => {
    const text = CONFIG.replace('pattern:', 'description:').replace(
      'tags: ["${tag}"]',
      'tags: [t], labels: {a: "${tag}"}',
    );

    expect(loadYaml(text, { variableFiles: { 'v.yaml': 'tag: "${b} $${c}"\n' } }).declarations[0]?.labels).toEqual({
      a: '${b} $${c}',
    });
  });

  it.each([
    ['►tga: c', 'unknown-variable tga'],
    ['tag: ►1.10', 'not-text tag'],
    ['tag: ►yes', 'not-text tag'],
    ['tag: ►', 'not-text tag'],
    ['tag: ►[a]', 'wrong-type tag'],
    ['tags: ►a,b', 'wrong-type tags'],
    ['tag: ►{a: b}', 'wrong-type tag'],
    ['tag: ►C', 'pattern-mismatch variables.tag'],
    ['►[tag]', 'wrong-type '],
    ['►', 'empty-file '],
    ['tag: a\n►tag: b', 'duplicate-key tag'],
    ['tag: ►*a', 'unknown-alias tag'],
  ])('are checked: %s', (marked, expected) => {
    const { text, place } = readMark(marked);

    expect(listFiles({ 'm.yaml': CONFIG }, { variableFiles: { 'v.yaml': text } })).toContain(
      `v.yaml:${place} ${expected}`,
    );
  });

  it('may be for a variable that only an included file declares', () => {
    const root = 'version: 1\ninclude: [{path: a.yaml}]\n';
    const given = { includes: { 'a.yaml': CONFIG }, variableFiles: { 'v.yaml': 'tag: q\n' } };

    expect(loadYaml(root, given).declarations[0]?.targets[0]?.tags).toEqual(['q']);
  });
});
