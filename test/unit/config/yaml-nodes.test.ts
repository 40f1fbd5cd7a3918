import { describe, expect, it } from 'vitest';
import { listErrors, loadYaml } from '../../support/load-yaml.ts';

const IMAGE = 'target: ghcr.io/acme/api, from: "ghcr.io/acme/ci:1"';

describe('duplicate keys', () => {
  it('are refused where the second one stands', () => {
    const text = `version: 1\nimages:\n  - target: a/b\n    tags: [x]\n    from: "c:1"\n    tags: [y]\n`;

    expect(listErrors(text)).toEqual(['6:5 duplicate-key images[0].tags']);
  });

  it('are found by their text, whatever their quotes', () => {
    expect(listErrors('version: 1\n"version": 1\n')).toEqual(['2:1 duplicate-key version']);
  });

  it('are each reported in a mapping with many', () => {
    const text = `version: 1\nx-a: {a: 1, a: 2, a: 3}\n`;

    expect(listErrors(text)).toEqual(['2:13 duplicate-key x-a.a', '2:19 duplicate-key x-a.a']);
  });
});

describe('keys', () => {
  it('are texts, and the quoted form is named for others', () => {
    expect(listErrors('version: 1\nvariables: {1.10: {default: a}}\n')).toEqual(['2:13 not-text variables["1.10"]']);
    expect(listErrors('version: 1\ntrue: a\n')).toContain('2:1 not-text true');
  });

  it('are no lists or mappings, and nothing that objects treat specially', () => {
    expect(listErrors('version: 1\n? [a, b]\n: c\n')).toEqual(['2:3 invalid-key ']);
    expect(listErrors('version: 1\nx-a: {__proto__: {polluted: true}}\n')).toEqual(['2:7 invalid-key x-a']);
  });
});

describe('anchors and merge keys', () => {
  it('bring the value of the anchor, with a position in the anchor', () => {
    const text = `version: 1\nx-tags: &tags [good, -bad]\nimages:\n  - {${IMAGE}, tags: *tags}\n`;

    expect(listErrors(text)).toEqual(['2:22 invalid-tag images[0].tags[1]']);
  });

  it('bring the keys of a mapping, over which own keys win', () => {
    const text = `
version: 1
x-labels: &labels {tier: release, team: core}
images:
  - {${IMAGE}, tags: [a], labels: {<<: *labels, team: edge}}
  - {${IMAGE}, tags: [b], labels: {team: edge, <<: *labels}}
`;

    const labels = loadYaml(text).declarations.map((declaration) => declaration.labels);

    expect(labels).toEqual([
      { tier: 'release', team: 'edge' },
      { tier: 'release', team: 'edge' },
    ]);
  });

  it('bring several mappings, of which the first wins', () => {
    const text = `
version: 1
x-a: &a {one: a}
x-b: &b {one: b, two: b}
images:
  - {${IMAGE}, tags: [a], labels: {<<: [*a, *b]}}
`;

    expect(loadYaml(text).declarations[0]?.labels).toEqual({ one: 'a', two: 'b' });
  });

  it('merge nothing else than mappings, and once', () => {
    expect(listErrors('version: 1\nx-a: {<<: [1, {a: 1}]}\n')).toEqual(['2:7 invalid-merge x-a["<<"]']);
    expect(listErrors('version: 1\nx-a: &a {b: 1}\nx-c: {<<: *a, <<: *a}\n')).toEqual(['3:15 duplicate-key x-c["<<"]']);
  });

  it('leave a quoted << a key like any other', () => {
    expect(listErrors('version: 1\n"<<": {a: 1}\n')).toEqual(['2:1 unknown-key ["<<"]']);
  });

  it('must name an anchor before them, and not one around them', () => {
    expect(listErrors('version: 1\nx-a: *b\nx-b: &b 1\n')).toEqual(['2:6 unknown-alias x-a']);
    expect(listErrors('version: 1\nx-a: &a [*a]\n')).toEqual(['2:10 unknown-alias x-a[0]']);
  });

  it('take the last anchor of a name', () => {
    const text = `version: 1\nx-a: &t [a]\nx-b: &t [b]\nimages: [{${IMAGE}, tags: *t}]\n`;

    expect(loadYaml(text).declarations[0]?.targets[0]?.tags).toEqual(['b']);
  });

  it('are refused when they make billions of values of a few lines', () => {
    const names = 'abcdefghijklmnop'.split('');
    const lines = names.map((name, index) => {
      const inner = index === 0 ? 'lol' : `*${names[index - 1]}`;
      return `x-${name}: &${name} [${Array.from({ length: 9 }, () => inner).join(', ')}]`;
    });

    expect(listErrors(['version: 1', ...lines].join('\n'))).toContain('7:9 too-many-values x-f');
  });

  it('are refused when they make billions of values with merge keys', () => {
    const lines = Array.from({ length: 30 }, (_, i) => `x-${i + 1}: &m${i + 1} {a: *m${i}, b: *m${i}}`);
    const text = ['version: 1', 'x-0: &m0 {a: 1}', ...lines].join('\n');

    expect(listErrors(text)).toContainEqual(expect.stringMatching(/ too-many-values /));
  });
});

describe('x- keys', () => {
  it('are allowed in every mapping, with any value', () => {
    const text = `
version: 1
x-a: [1, null, {b: yes}]
variables: {x-a: 1, tag: {default: v, x-b: 1}}
registries: {x-c: 1, ghcr.io: {x-d: null}}
defaults: {x-e: 1, guards: {x-f: 1}}
images:
  - target: ghcr.io/acme/api
    x-g: "\${undeclared}"
    tags: ["\${tag}"]
    platforms: {x-h: 1, linux/amd64: {ref: "ghcr.io/acme/ci:1", x-i: 1, override: {x-j: 1, variant: v2}}}
    matrix: {x-k: 1, axes: {x-l: 1, app: [a]}, include: [{x-m: 1, app: a}]}
`;

    expect(listErrors(text)).toEqual([]);
  });

  it('are plain data where the keys belong to the user', () => {
    const text = `version: 1\nimages: [{${IMAGE}, tags: [a], annotations: {x-build: "7"}, labels: {x-tier: a}}]\n`;

    const [declaration] = loadYaml(text).declarations;

    expect(declaration?.annotations).toEqual({ 'x-build': '7' });
    expect(declaration?.labels).toEqual({ 'x-tier': 'a' });
  });
});
