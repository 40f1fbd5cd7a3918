import { describe, expect, it } from 'vitest';
import { diagnoseFiles, listAll, listErrors, loadFiles, loadYaml, readMark } from '../../support/load-yaml.ts';

function images(...lines: readonly string[]): string {
  return `version: 1\nimages:\n${lines.map((line) => `  - ${line}\n`).join('')}`;
}

describe('a tag that two images want', () => {
  it.each([
    ['from: "a:1"', 'from: "a:2"'],
    ['from: "a:1"', 'from: "a:1", select: [linux/amd64]'],
    ['from: "a:1"', 'from: "a:1", as: copy'],
    ['from: "a:1"', 'platforms: {linux/amd64: "a:1"}'],
    ['from: "a:1"', 'from: "a:1", mediaType: docker'],
    ['from: "a:1"', 'from: "a:1", annotations: {a: b}'],
    ['from: "a:1"', 'from: "a:1", descriptorAnnotations: {a: b}'],
    ['from: "a:1"', 'from: "a:1", attestations: drop'],
    ['from: "a:1"', 'from: "a:1", unmanagedPlatforms: keep'],
    ['from: "a:1"', 'from: "a:1", guards: {maxPlatformRemovals: 1}'],
    ['platforms: {linux/amd64: "a:1"}', 'platforms: {linux/amd64: {ref: "a:1", optional: true}}'],
  ])('is an error when their content differs: %s and %s', (first, second) => {
    const { text, place } = readMark(
      images(`{target: ghcr.io/a/b, tags: [x, t], ${first}}`, `{target: ghcr.io/a/b, tags: [►t, y], ${second}}`),
    );

    expect(listErrors(text)).toEqual([`${place} conflicting-tag images[1].tags[0]`]);
  });

  it('is an error that names both places and what differs', () => {
    const [first] = diagnoseFiles({
      'a.yaml': images('{target: ghcr.io/a/b, tags: [t], from: "a:1", annotations: {a: b}}'),
      'b.yaml': images('{target: GHCR.io:443/a/b, tags: [t], from: "a:1"}'),
    });

    expect(first).toMatchObject({ code: 'conflicting-tag', origin: { file: 'b.yaml', line: 3, column: 38 } });
    expect(first?.message).toContain('a.yaml:3, column 34');
    expect(first?.hint).toContain('annotations');
  });

  it('stays with the first when the content is the same, however that is written', () => {
    const text = images(
      '{target: redis, tags: [t, u], platforms: {linux/arm64: "a:arm64"}, labels: {a: b}}',
      '{target: docker.io/library/redis, tags: [u, v], platforms: [linux/aarch64], source: "docker.io/a:{arch}"}',
      '{id: gone, target: redis, tags: [t], platforms: {linux/arm64/v8: "library/a:arm64"}}',
    );

    const { declarations, diagnostics } = loadYaml(text);

    expect(declarations.map(({ id, targets }) => [id, targets[0]?.tags])).toEqual([
      ['docker.io/library/redis:t', ['t', 'u']],
      ['docker.io/library/redis:v', ['v']],
    ]);
    expect(diagnostics.map(({ severity, code, path }) => [severity, code, path])).toEqual([
      ['note', 'duplicate-tag', 'images[1].tags[0]'],
      ['note', 'duplicate-tag', 'images[2].tags[0]'],
    ]);
  });

  it('stays with the first though the same source is named in another line', () => {
    const text = images('{target: a/b, tags: [t], from: "a:1"}', '{target: a/b, tags: [t, u], from: "docker.io/a:1"}');

    expect(listAll(text)).toEqual([expect.stringMatching(/ note duplicate-tag /)]);
  });

  it('is noted when it is twice in one image', () => {
    expect(listAll(images('{target: a/b, tags: [t, t], from: "a:1"}'))).toEqual([
      '3:29 note duplicate-tag images[0].tags[1]',
    ]);
  });
});

describe('tags that differ only in case', () => {
  it('are worth a warning, as some registries fold them', () => {
    const { text, place } = readMark(
      images('{target: a/b, tags: [v1, ►V1], from: "a:1"}', '{target: a/c, tags: [V1], from: "a:1"}'),
    );

    expect(listAll(text)).toEqual([`${place} warning similar-tag images[0].tags[1]`]);
  });
});

describe('ids', () => {
  it('are unique in a run', () => {
    const found = diagnoseFiles({
      'a.yaml': images('{id: api, target: a/b, tags: [t], from: "a:1"}'),
      'b.yaml': images('{id: api, target: a/c, tags: [t], from: "a:1"}'),
    });

    expect(found.map(({ code, origin }) => [code, origin.file, origin.line])).toEqual([['duplicate-id', 'b.yaml', 3]]);
    expect(found[0]?.message).toContain('a.yaml:3');
  });

  it('are the first tag where none is given', () => {
    const { declarations } = loadFiles({
      'a.yaml': images('{target: redis, tags: ["7"], from: "a:1"}', '{target: redis, tags: ["8"], from: "a:1"}'),
    });

    expect(declarations.map(({ id }) => id)).toEqual(['docker.io/library/redis:7', 'docker.io/library/redis:8']);
  });

  it.each(['""', '"a b"', '"a\\nb"', '"é"', `"${'x'.repeat(257)}"`])('are short and printable: %s', (id) => {
    expect(listErrors(images(`{id: ${id}, target: a/b, tags: [t], from: "a:1"}`))).toHaveLength(1);
  });
});
