import { describe, expect, it } from 'vitest';
import { listErrors, loadYaml } from '../../support/load-yaml.ts';

describe('the text of a config', () => {
  it('is refused when it is empty, or only has comments', () => {
    expect(listErrors('')).toEqual(['1:1 empty-file ']);
    expect(listErrors('# version: 1\n')).toEqual(['1:1 empty-file ']);
    expect(listErrors('---\n')).toEqual(['1:4 empty-file ']);
  });

  it('is refused when it is no mapping', () => {
    expect(listErrors('- version: 1\n')).toEqual(['1:1 wrong-type ']);
    expect(listErrors('version')).toEqual(['1:1 wrong-type ']);
  });

  it('is one document, and the second one is where the error is', () => {
    expect(listErrors('version: 1\nimages: []\n---\nversion: 1\n')).toEqual(['3:1 several-documents ']);
  });

  it('shows every syntax error of the file', () => {
    const text = 'version: 1\nimages:\n  - target: "a\\qb"\n    tags: ["c\\qd"]\n';

    expect(listErrors(text)).toEqual(['3:15 yaml-syntax ', '4:14 yaml-syntax ']);
  });

  it('may begin with a byte order mark and a document marker, and have Windows line ends', () => {
    expect(listErrors('\uFEFF---\r\nversion: 1\r\nimages: []\r\n')).toEqual([]);
  });

  it('is read as YAML 1.2 and as nothing else', () => {
    expect(listErrors('%YAML 1.2\n---\nversion: 1\n')).toEqual([]);
    expect(listErrors('%YAML 1.1\n---\nversion: 1\n')).toEqual(['2:1 yaml-version ']);
  });

  it('knows the type tags of the core schema only', () => {
    const text =
      'version: !!int "1"\nimages: !!seq []\nx-a: !!binary aGk=\nx-b: !mine {}\nx-c: !!timestamp 2001-12-14\n';

    expect(listErrors(text)).toEqual(['3:6 yaml-tag ', '4:6 yaml-tag ', '5:6 yaml-tag ']);
  });

  it('is refused unread when it has more than 10 MiB', () => {
    expect(listErrors('#'.repeat(10 * 1024 * 1024 + 1))).toEqual(['1:1 file-too-large ']);
    expect(listErrors('é'.repeat(6 * 1024 * 1024))).toEqual(['1:1 file-too-large ']);
  });
});

describe('deep nesting', () => {
  it.each([
    ['open lists', '['.repeat(100_000), '1:103'],
    ['open mappings', '{a: '.repeat(100_000), '1:406'],
    ['lists on one line', '- '.repeat(100_000), '1:204'],
    ['explicit keys', '? '.repeat(100_000), '1:204'],
    ['a list in a quoted key', `version: 1\nx-a: ${'[{"k": '.repeat(50_000)}`, '2:357'],
  ])('is refused before it is parsed: %s', (_name, text, place) => {
    expect(listErrors(text)).toEqual([`${place} too-deep `]);
  });

  it('is refused in block style, where indentation makes the depth', () => {
    const text = Array.from({ length: 3000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n');

    expect(listErrors(text)).toEqual(['102:103 too-deep ']);
  });

  it('is refused when aliases make it', () => {
    const links = Array.from({ length: 4000 }, (_, index) => `x-${index + 1}: &a${index + 1} [*a${index}]`);

    expect(listErrors(['x-0: &a0 [x]', ...links].join('\n'))).toContainEqual(expect.stringMatching(/ too-deep /));
  });

  it('is fine up to 100 levels', () => {
    expect(listErrors(`version: 1\nx-a: ${'['.repeat(98)}${']'.repeat(98)}\n`)).toEqual([]);
  });
});

describe('a list of thousands of entries', () => {
  const images = (count: number) =>
    Array.from({ length: count }, (_, index) => `  - { <<: *api, target: ghcr.io/acme/api, tags: [v${index}] }\n`).join(
      '',
    );
  const HEAD = 'version: 1\nx-api: &api { from: ghcr.io/acme/builds:1 }\nimages: &all\n';

  it('is one list, in which anchors from before it are known', () => {
    const { declarations } = loadYaml(`${HEAD}${images(2500)}`);

    expect(declarations.map(({ id }) => id)).toEqual(
      Array.from({ length: 2500 }, (_, index) => `ghcr.io/acme/api:v${index}`),
    );
    expect(declarations.at(-1)?.origin).toEqual({ file: 'manifests.yaml', line: 2503, column: 5 });
  });

  it('has every error at its own place, and what stands behind it, too', () => {
    const wrong = '  - { from: *none, target: ghcr.io/acme/api, tags: [w] }\n  - *all\n';
    const text = `${HEAD}${images(1200)}${wrong}images: []\nx-all: *all\n`;

    expect(listErrors(text)).toEqual([
      '1204:13 unknown-alias images[1200].from',
      '1205:5 unknown-alias images[1201]',
      '1206:1 duplicate-key images',
    ]);
  });

  it('is refused for its syntax alone, wherever that is wrong', () => {
    const text = `${HEAD}  - *none\n${images(1200)}  - "a\\qb"\n`;

    expect(listErrors(text)).toEqual(['1205:7 yaml-syntax ']);
  });
});
