import { describe, expect, it } from 'vitest';
import { Budget } from '../../../src/config/budget.ts';
import { Findings } from '../../../src/config/findings.ts';
import { expandMatrix } from '../../../src/config/matrix.ts';
import { parseConfig } from '../../../src/config/parse.ts';
import { toPlainValue } from '../../../src/config/plain-value.ts';
import { toSourceFile } from '../../../src/config/source-file.ts';
import { listAll, listErrors, loadYaml } from '../../support/load-yaml.ts';

/** An image with this matrix whose id shows the values a, b and c of a row. */
function withMatrix(matrix: string, rest = ''): string {
  return `version: 1
variables: {apps: {type: list, default: [api, web]}, v: {default: "9"}}
images:
  - id: \${matrix.a}-\${matrix.b}
    target: ghcr.io/acme/\${matrix.a}
    tags: ["\${matrix.b}"]
    from: ghcr.io/acme/ci:1
    ${rest}
    matrix: ${matrix}
`;
}

/** The values of the rows that this matrix makes, by the stage that makes them. */
function rowsOf(matrix: string): readonly unknown[] {
  const findings = new Findings(['manifests.yaml']);
  const file = toSourceFile({ path: 'manifests.yaml', directory: '/project', text: matrix });
  const node = parseConfig(file, findings);
  if (node === undefined) throw new Error('not a mapping');
  const substitution = { scope: new Map(), findings, budget: new Budget(findings) };
  const rows = expandMatrix({ node, path: [] }, substitution);
  findings.assertNoError();
  return rows.map(({ values }) =>
    Object.fromEntries([...values].map(([name, { node }]) => [name, toPlainValue(node)])),
  );
}

function idsOf(matrix: string): readonly string[] {
  return loadYaml(withMatrix(matrix)).declarations.map((declaration) => declaration.id);
}

describe('axes', () => {
  it('make a row of every combination, the first axis slowest', () => {
    expect(idsOf('{axes: {a: [x, y], b: ["1", "2"]}}')).toEqual(['x-1', 'x-2', 'y-1', 'y-2']);
  });

  it('can be variables', () => {
    expect(idsOf('{axes: {a: "${apps}", b: ["${v}"]}}')).toEqual(['api-9', 'web-9']);
  });

  it('can hold lists, which stay lists', () => {
    const text = `version: 1
images:
  - target: ghcr.io/acme/api
    tags: \${matrix.tags_of}
    from: ghcr.io/acme/ci:1
    matrix: {axes: {tags_of: [["1", latest], ["2"]]}}
`;

    const tags = loadYaml(text).declarations.map(({ targets }) => targets[0]?.tags);

    expect(tags).toEqual([['1', 'latest'], ['2']]);
  });

  it('without values make no image, which is worth a warning', () => {
    expect(listAll(withMatrix('{axes: {a: [], b: ["1"]}}'))).toEqual([
      '1:1 warning no-images images',
      '9:13 warning empty-matrix images[0].matrix',
    ]);
  });

  it('are refused before they make too many rows', () => {
    const axis = (name: string): string => `${name}: [${Array.from({ length: 200 }, (_, i) => `v${i}`).join(', ')}]`;

    expect(listErrors(withMatrix(`{axes: {${['a', 'b', 'c', 'd'].map(axis).join(', ')}}}`))).toEqual([
      '9:20 too-many-values images[0].matrix.axes',
    ]);
  });
});

describe('rows', () => {
  it('are the rows as they are listed', () => {
    expect(idsOf('{rows: [{a: x, b: "1"}, {a: y, b: "2"}]}')).toEqual(['x-1', 'y-2']);
  });

  it('exclude axes', () => {
    expect(listErrors(withMatrix('{axes: {a: [x], b: [y]}, rows: [{a: x, b: y}]}'))).toEqual([
      '9:38 invalid-matrix images[0].matrix.rows',
    ]);
  });

  it('can change keys of the image, mappings by key', () => {
    const rows =
      '{rows: [{a: x, b: "1"}, {a: y, b: "2", labels: {tier: beta, of: "${matrix.a}"}, attestations: drop}]}';

    const { declarations } = loadYaml(withMatrix(rows, 'labels: {tier: release, team: core}'));

    expect(declarations.map(({ labels, attestations }) => ({ labels, attestations }))).toEqual([
      { labels: { tier: 'release', team: 'core' }, attestations: 'keep' },
      { labels: { tier: 'beta', team: 'core', of: 'y' }, attestations: 'drop' },
    ]);
  });

  it('show an error of such a key where it is written', () => {
    expect(listErrors(withMatrix('{rows: [{a: x, b: "1", mediaType: ocii}]}'))).toEqual([
      '9:47 invalid-value images[0].mediaType',
    ]);
  });
});

describe('exclude', () => {
  it('leaves out rows that have all values of an entry', () => {
    expect(idsOf('{axes: {a: [x, y], b: ["1", "2"]}, exclude: [{a: x, b: "2"}, {a: y}]}')).toEqual(['x-1']);
  });

  it('is worth a warning when it leaves out nothing, and an error when it cannot', () => {
    expect(listAll(withMatrix('{axes: {a: [x], b: ["1"]}, exclude: [{a: z}]}'))).toEqual([
      '9:50 warning unused-exclude images[0].matrix.exclude[0]',
    ]);
    expect(listErrors(withMatrix('{axes: {a: [x], b: ["1"]}, exclude: [{c: x}]}'))).toEqual([
      '9:50 invalid-matrix images[0].matrix.exclude[0]',
    ]);
  });
});

describe('include', () => {
  it('adds values to the rows that it agrees with', () => {
    expect(rowsOf('{axes: {a: [x, y]}, include: [{a: y, c: z}, {d: w}]}')).toEqual([
      { a: 'x', d: 'w' },
      { a: 'y', c: 'z', d: 'w' },
    ]);
  });

  it('is a row of its own when it agrees with none', () => {
    expect(idsOf('{axes: {a: [x], b: ["1"]}, include: [{a: z, b: "5"}]}')).toEqual(['x-1', 'z-5']);
  });

  it('does as the documentation of GitHub Actions shows', () => {
    const matrix = `
      axes: {fruit: [apple, pear], animal: [cat, dog]}
      include:
        - {color: green}
        - {color: pink, animal: cat}
        - {fruit: apple, shape: circle}
        - {fruit: banana}
        - {fruit: banana, animal: cat}
`;

    expect(rowsOf(matrix)).toEqual([
      { fruit: 'apple', animal: 'cat', color: 'pink', shape: 'circle' },
      { fruit: 'apple', animal: 'dog', color: 'green', shape: 'circle' },
      { fruit: 'pear', animal: 'cat', color: 'pink' },
      { fruit: 'pear', animal: 'dog', color: 'green' },
      { fruit: 'banana' },
      { fruit: 'banana', animal: 'cat' },
    ]);
  });

  it('can change keys of the image for the rows that it agrees with', () => {
    const text = withMatrix('{axes: {a: [x, y], b: ["1"]}, include: [{a: y, labels: {tier: beta}}]}');

    expect(loadYaml(text).declarations.map(({ labels }) => labels)).toEqual([{}, { tier: 'beta' }]);
  });
});

describe('a matrix', () => {
  it.each([
    ['{}', '9:13 invalid-matrix images[0].matrix'],
    ['{axes: {tags: [x], a: [y], b: [z]}}', '9:21 invalid-name images[0].matrix.axes.tags'],
    ['{axes: {"a b": [x], a: [y], b: [z]}}', '9:21 invalid-name images[0].matrix.axes["a b"]'],
    ['{axes: {a: [1.0], b: [z]}}', '9:25 not-text images[0].matrix.axes.a[0]'],
    ['{axes: {a: [[]], b: [z]}}', '9:25 empty-value images[0].matrix.axes.a[0]'],
    ['{axes: {a: x, b: [z]}}', '9:24 wrong-type images[0].matrix.axes.a'],
    ['{rows: []}', '9:20 empty-value images[0].matrix.rows'],
    ['{rows: [{a: {b: c}, b: d}]}', '9:25 not-text images[0].matrix.rows[0].a'],
    ['[x]', '9:13 wrong-type images[0].matrix'],
  ])('is checked, and its image looked at all the same: %s', (matrix, expected) => {
    const found = listErrors(withMatrix(matrix, 'labels: {a: 1}'));

    expect(found).toContain('8:17 not-text images[0].labels.a');
    expect(found).toContain(expected.replace('not-text images[0].matrix.rows', 'wrong-type images[0].matrix.rows'));
  });

  it('makes an image for each row, whose faults are reported once', () => {
    expect(listErrors(withMatrix('{axes: {a: [x, y, z], b: ["1", "2"]}}', 'attestations: nope'))).toEqual([
      '8:19 invalid-value images[0].attestations',
    ]);
  });

  it('must not give the same id to all rows', () => {
    const text = withMatrix('{axes: {a: [x, y], b: ["1"]}}').replace('id: ${matrix.a}-${matrix.b}', 'id: same');

    expect(listErrors(text)).toEqual(['4:5 duplicate-id images[0]']);
  });

  it('cannot be null, which has nothing to remove, but can be left out so', () => {
    expect(listErrors('version: 1\nimages: [{target: a/b, tags: [t], from: "c:1", matrix: null}]\n')).toEqual([]);
  });
});

describe('many large rows', () => {
  it('are refused before they become more than a run can hold', () => {
    const axis = (name: string): string => `${name}: [${Array.from({ length: 100 }, (_, i) => `v${i}`).join(', ')}]`;
    const labels = Array.from({ length: 5000 }, (_, index) => `l${index}: v`).join(', ');

    const found = listErrors(withMatrix(`{axes: {${axis('a')}, ${axis('b')}}}`, `labels: {${labels}}`));

    expect(found).toContainEqual(expect.stringMatching(/ too-many-values images\[0\]/));
  }, 30_000);
});
