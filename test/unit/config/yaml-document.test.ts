import { describe, expect, it } from 'vitest';
import { listErrors } from '../../support/load-yaml.ts';

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
