import { describe, expect, it } from 'vitest';
import type { DeclaredContent, PlatformSource } from '../../../src/config/declaration.ts';
import { formatPlatform } from '../../../src/oci/platform.ts';
import { formatReference } from '../../../src/oci/reference.ts';
import { diagnoseFiles, listAll, listErrors, loadYaml, readMark } from '../../support/load-yaml.ts';

/** A config with one image, in flow style from 3:6. */
function imageOf(image: string): string {
  return `version: 1\nimages:\n  - {${image}}\n`;
}

function contentOf(image: string): DeclaredContent | undefined {
  return loadYaml(imageOf(image)).declarations[0]?.content;
}

function entriesOf(image: string): readonly PlatformSource[] {
  const content = contentOf(image);
  return content?.kind === 'platforms' ? content.entries : [];
}

const TO = 'target: ghcr.io/acme/api, tags: [t]';
const DIGEST = `sha256:${'1'.repeat(64)}`;

describe('targets', () => {
  it('are one repository with tags', () => {
    const [declaration] = loadYaml(imageOf('target: redis, tags: ["7", "7.4"], from: "a:1"')).declarations;

    expect(declaration?.id).toBe('docker.io/library/redis:7');
    expect(declaration?.targets).toEqual([
      { repository: { registry: 'docker.io', path: 'library/redis' }, tags: ['7', '7.4'] },
    ]);
  });

  it('are several repositories, each once, in the order of the file', () => {
    const targets =
      '{repository: a/b, tags: [x]}, {repository: ghcr.io/c, tags: [y]}, {repository: docker.io/a/b, tags: [z]}';

    const [declaration] = loadYaml(imageOf(`targets: [${targets}], from: "a:1"`)).declarations;

    expect(declaration?.targets).toEqual([
      { repository: { registry: 'docker.io', path: 'a/b' }, tags: ['x', 'z'] },
      { repository: { registry: 'ghcr.io', path: 'c' }, tags: ['y'] },
    ]);
  });

  it.each([
    ['target: ►a/b, from: "a:1"', 'missing-key images[0].target'],
    ['target: ►a/b, tags: , from: "a:1"', 'missing-key images[0].target'],
    [
      'target: ►a/b, targets: [{repository: c, tags: [t]}], tags: [t], from: "a:1"',
      'conflicting-keys images[0].target',
    ],
    ['targets: [{repository: c, tags: [t]}], tags: ►[t], from: "a:1"', 'conflicting-keys images[0].tags'],
    ['targets: [►{repository: c}], from: "a:1"', 'missing-key images[0].targets[0]'],
    ['targets: [►{tags: [t]}], from: "a:1"', 'missing-key images[0].targets[0]'],
    ['targets: [{repository: ►"c:t", tags: [t]}], from: "a:1"', 'invalid-reference images[0].targets[0].repository'],
    ['target: ►"a/b:t", tags: [t], from: "a:1"', 'invalid-reference images[0].target'],
    [`target: ►"a/b@${DIGEST}", tags: [t], from: "a:1"`, 'invalid-reference images[0].target'],
    ['target: ►https://ghcr.io/a, tags: [t], from: "a:1"', 'invalid-reference images[0].target'],
    ['target: ►a/B, tags: [t], from: "a:1"', 'invalid-reference images[0].target'],
    ['target: a/b, tags: [►"a/b:t"], from: "a:1"', 'invalid-tag images[0].tags[0]'],
    ['target: a/b, tags: [►.t], from: "a:1"', 'invalid-tag images[0].tags[0]'],
    [`target: a/b, tags: [►${'t'.repeat(129)}], from: "a:1"`, 'invalid-tag images[0].tags[0]'],
    ['target: a/b, tags: [►""], from: "a:1"', 'invalid-tag images[0].tags[0]'],
    ['target: a/b, tags: [►"{arch}"], from: "a:1"', 'invalid-tag images[0].tags[0]'],
  ])('are checked: %s', (image, expected) => {
    const { text, place } = readMark(imageOf(image));

    expect(listErrors(text)).toContain(`${place} ${expected}`);
  });
});

describe('an image without the essentials', () => {
  it('is pointed at as a whole', () => {
    const { text, place } = readMark('version: 1\nimages:\n  - ►{id: a}\n');

    expect(listErrors(text)).toEqual([`${place} missing-target images[0]`, `${place} missing-content images[0]`]);
  });
});

describe('content', () => {
  it.each([
    [`${TO}, platforms: ►[linux/amd64]`, 'missing-content images[0].platforms'],
    [`${TO}, source: ►"a:1"`, 'missing-key images[0].source'],
    [`${TO}, select: ►[linux/amd64]`, 'missing-key images[0].select'],
    [`${TO}, from: "a:1", platforms: ►[linux/amd64]`, 'conflicting-keys images[0].platforms'],
    [`${TO}, from: "a:1", platforms: ►{linux/amd64: "a:1"}`, 'conflicting-keys images[0].platforms'],
    [`${TO}, from: "a:1", source: ►"a:1"`, 'conflicting-keys images[0].source'],
    [`${TO}, platforms: {linux/amd64: "a:1"}, source: ►"a:1"`, 'conflicting-keys images[0].source'],
    [`${TO}, platforms: ►{}`, 'empty-value images[0].platforms'],
    [`${TO}, platforms: ►[], source: "a:1"`, 'empty-value images[0].platforms'],
    [`${TO}, from: ►a`, 'floating-reference images[0].from'],
    [`${TO}, from: ►"a:"`, 'invalid-reference images[0].from'],
    [`${TO}, from: "a:1", select: ►[]`, 'empty-value images[0].select'],
    [`${TO}, from: "a:1", select: [linux/arm64, ►linux/aarch64]`, 'duplicate-platform images[0].select[1]'],
    [`${TO}, from: "a:1", select: [►arm64]`, 'invalid-platform images[0].select[0]'],
    [`${TO}, from: ►"a:{arch}"`, 'invalid-reference images[0].from'],
  ])('is checked: %s', (image, expected) => {
    const { text, place } = readMark(imageOf(image));

    expect(listErrors(text)).toContain(`${place} ${expected}`);
  });

  it('can be all platforms of a source, or some, folded', () => {
    expect(contentOf(`${TO}, from: "a:1"`)).not.toHaveProperty('select');
    expect(contentOf(`${TO}, from: "a@${DIGEST}", select: [Linux/x86_64, linux/arm64/v8]`)).toMatchObject({
      kind: 'from',
      from: { repository: { registry: 'docker.io', path: 'library/a' }, digest: DIGEST },
      select: [
        { os: 'linux', architecture: 'amd64' },
        { os: 'linux', architecture: 'arm64' },
      ],
    });
  });
});

describe('a list of platforms', () => {
  it('has the source that the template makes of each', () => {
    const entries = entriesOf(
      `${TO}, platforms: [linux/amd64, linux/arm/v7, linux/aarch64], source: "b/{os}:{arch}{-variant}"`,
    );

    expect(entries.map(({ source }) => formatReference(source))).toEqual([
      'docker.io/b/linux:amd64',
      'docker.io/b/linux:arm-v7',
      'docker.io/b/linux:arm64',
    ]);
  });

  it('knows the names of architectures by set or by platform', () => {
    const list = 'platforms: [linux/amd64, linux/arm64/v8, linux/arm], source: "b:{archName}"';
    const tags = (image: string): unknown => entriesOf(image).map(({ source }) => source.tag);

    expect(tags(`${TO}, ${list}, archNames: uname`)).toEqual(['x86_64', 'aarch64', 'armv7l']);
    expect(tags(`${TO}, ${list}, archNames: bashbrew`)).toEqual(['amd64', 'arm64v8', 'arm32v7']);
    expect(tags(`${TO}, ${list}, archNames: {Linux/aarch64: a64}`)).toEqual(['amd64', 'a64', 'arm']);
  });

  it.each([
    ['platforms: [linux/amd64], source: ►"b:{archname}"', 'unknown-placeholder images[0].source'],
    ['platforms: [linux/amd64], source: ►"b"', 'floating-reference images[0].source'],
    ['platforms: [linux/amd64, ►linux/x86_64], source: "b:{arch}"', 'duplicate-platform images[0].platforms[1]'],
    ['platforms: [linux/arm/v6, linux/arm/v7], source: ►"b:{arch}"', 'duplicate-source images[0].source'],
    ['platforms: [►linux], source: "b:{arch}"', 'invalid-platform images[0].platforms[0]'],
    ['platforms: [►"linux/*"], source: "b:{arch}"', 'invalid-platform images[0].platforms[0]'],
    [
      'platforms: [linux/arm64], source: "b:{arch}", archNames: {►arm64: x}',
      'invalid-platform images[0].archNames.arm64',
    ],
    [
      'platforms: [linux/arm64], source: "b:{arch}", archNames: {linux/arm64: x, ►linux/arm64/v8: y}',
      'duplicate-platform images[0].archNames["linux/arm64/v8"]',
    ],
  ])('is checked: %s', (rest, expected) => {
    const { text, place } = readMark(imageOf(`${TO}, ${rest}`));

    expect(listErrors(text)).toEqual([`${place} ${expected}`]);
  });

  it('warns of platforms that nobody knows, with the likely one', () => {
    const found = diagnoseFiles({
      'm.yaml': imageOf(`${TO}, platforms: [linux/amd46, linus/arm64], source: "b:{arch}"`),
    });

    expect(found.map(({ severity, code, hint }) => [severity, code, hint])).toEqual([
      ['warning', 'unknown-platform', 'did you mean amd64?'],
      ['warning', 'unknown-platform', 'did you mean linux?'],
    ]);
  });
});

describe('a mapping of platforms', () => {
  it('names the source of each, as a text or in full', () => {
    const entries = entriesOf(`${TO}, platforms: {
      linux/amd64: "a:1",
      linux/arm/v7: {ref: "a:2", optional: true, annotations: {by: me}},
      linux/riscv64: {from: "a:3", select: linux/riscv64},
      linux/s390x: {from: "a:4"}}`);

    expect(entries).toMatchObject([
      { platform: { architecture: 'amd64' }, source: { tag: '1' }, optional: false, annotations: {} },
      { platform: { variant: 'v7' }, source: { tag: '2' }, optional: true, annotations: { by: 'me' } },
      { source: { tag: '3' }, select: { os: 'linux', architecture: 'riscv64' } },
      { source: { tag: '4' }, select: { os: 'linux', architecture: 's390x' } },
    ]);
    expect(entries.map(({ origin }) => origin.line)).toEqual([4, 5, 6, 7]);
    expect(entries[0]).not.toHaveProperty('select');
  });

  it('publishes the fields that an override adds', () => {
    const entries = entriesOf(`${TO}, platforms: {
      windows(10.0.20348.2227)/amd64: {ref: "a:1", override: {os.version: 10.0.20348.2227, os.features: [win32k]}},
      linux/arm64: {ref: "a:2", override: {os.version: ubuntu22.04}},
      linux/arm: {ref: "a:3", override: {variant: v6}},
      linux/aarch64/v9: {ref: "a:4", override: {architecture: aarch64}}}`);

    expect(entries.map(({ platform }) => formatPlatform(platform))).toEqual([
      'windows(10.0.20348.2227+win32k)/amd64',
      'linux(ubuntu22.04)/arm64',
      'linux/arm/v6',
      'linux/arm64/v9',
    ]);
    expect(entries[0]?.override).toEqual({ osVersion: '10.0.20348.2227', osFeatures: ['win32k'] });
  });

  it.each([
    ['►linux: "a:1"', 'invalid-platform images[0].platforms.linux'],
    ['►"linux/${x}": "a:1"', 'invalid-platform images[0].platforms["linux/${x}"]'],
    ['linux/amd64: ►"a"', 'floating-reference images[0].platforms["linux/amd64"]'],
    ['linux/amd64: ►"a:{arch}"', 'invalid-reference images[0].platforms["linux/amd64"]'],
    ['linux/amd64: ►{}', 'missing-content images[0].platforms["linux/amd64"]'],
    ['linux/amd64: ►[a]', 'wrong-type images[0].platforms["linux/amd64"]'],
    ['linux/amd64: {ref: "a:1", from: ►"a:1"}', 'conflicting-keys images[0].platforms["linux/amd64"].from'],
    ['linux/amd64: {ref: "a:1", select: ►linux/amd64}', 'missing-key images[0].platforms["linux/amd64"].select'],
    ['linux/amd64: {from: "a:1", select: ►amd64}', 'invalid-platform images[0].platforms["linux/amd64"].select'],
    ['linux/amd64: {ref: "a:1", override: ►{}}', 'invalid-override images[0].platforms["linux/amd64"].override'],
    [
      'linux/amd64: {ref: "a:1", override: ►{os: windows}}',
      'invalid-override images[0].platforms["linux/amd64"].override',
    ],
    [
      'linux/arm/v7: {ref: "a:1", override: ►{variant: v6}}',
      'invalid-override images[0].platforms["linux/arm/v7"].override',
    ],
    [
      'linux/amd64: {ref: "a:1", override: ►{variant: "v 2"}}',
      'invalid-override images[0].platforms["linux/amd64"].override',
    ],
    [
      'linux/amd64: {ref: "a:1", override: {variant: ►""}}',
      'empty-value images[0].platforms["linux/amd64"].override.variant',
    ],
    ['linux/amd64: {ref: "a:1", override: {►cpu: x}}', 'unknown-key images[0].platforms["linux/amd64"].override.cpu'],
    ['linux/arm64: "a:1", ►linux/arm64/v8: "a:2"', 'duplicate-platform images[0].platforms["linux/arm64/v8"]'],
    [
      'linux/arm: {ref: "a:1", override: {variant: v6}}, ►linux/arm/v6: "a:2"',
      'duplicate-platform images[0].platforms["linux/arm/v6"]',
    ],
  ])('is checked: %s', (entries, expected) => {
    const { text, place } = readMark(imageOf(`${TO}, platforms: {${entries}}`));

    expect(listErrors(text)).toContain(`${place} ${expected}`);
  });

  it('names both places of a platform that is there twice', () => {
    const [first] = diagnoseFiles({
      'm.yaml': imageOf(`${TO}, platforms: {linux/arm64: "a:1", Linux/AARCH64: "a:2"}`),
    });

    expect(first?.origin).toEqual({ file: 'm.yaml', line: 3, column: 75 });
    expect(first?.message).toContain('line 3, column 55');
  });
});

describe('annotations', () => {
  it('of descriptors are templates for each platform, over which those of the entry win', () => {
    const entries =
      entriesOf(`${TO}, descriptorAnnotations: {p: "{platform}", v: "<{variant}{-variant}>", j: '{"a": {}}'}, platforms: {
      linux/amd64: "a:1",
      linux/arm/v7: {ref: "a:2", annotations: {p: mine}}}`);

    expect(entries.map(({ annotations }) => annotations)).toEqual([
      { p: 'linux/amd64', v: '<>', j: '{"a": {}}' },
      { p: 'mine', v: '<v7-v7>', j: '{"a": {}}' },
    ]);
  });

  it('of descriptors are removed from an entry with null', () => {
    const entries = entriesOf(`${TO}, descriptorAnnotations: {p: "{platform}", q: a}, platforms: {
      linux/amd64: {ref: "a:1", annotations: {p: null}}}`);

    expect(entries.map(({ annotations }) => annotations)).toEqual([{ q: 'a' }]);
  });

  it('are worth a warning when null removes nothing', () => {
    const entry = '{ref: "a:1", annotations: {p: ►null}}';
    const { text, place } = readMark(imageOf(`${TO}, platforms: {linux/amd64: ${entry}}`));

    expect(listAll(text)).toEqual([
      `${place} warning null-without-effect images[0].platforms["linux/amd64"].annotations.p`,
    ]);
  });

  it('of descriptors stay templates in the declaration, for platforms that are not known yet', () => {
    const [declaration] = loadYaml(
      imageOf(`${TO}, from: "a:1", descriptorAnnotations: {p: "{platform}"}`),
    ).declarations;

    expect(declaration?.descriptorAnnotations).toEqual({ p: '{platform}' });
  });

  it('of descriptors know only the placeholders there are', () => {
    const { text, place } = readMark(imageOf(`${TO}, from: "a:1", descriptorAnnotations: {p: ►"{os} {cpu} {Arch}"}`));

    expect(listErrors(text)).toEqual([
      `${place} unknown-placeholder images[0].descriptorAnnotations.p`,
      `${place} unknown-placeholder images[0].descriptorAnnotations.p`,
    ]);
  });

  it('elsewhere are taken as they stand, with a warning when that looks wrong', () => {
    const { text, place } = readMark(imageOf(`${TO}, from: "a:1", annotations: {a: ►"{arch}", b: "{cpu}"}`));

    expect(listAll(text)).toEqual([`${place} warning placeholder-not-expanded images[0].annotations.a`]);
  });

  it('of an entry are taken as they stand, too', () => {
    const entry = '{ref: "a:1", annotations: {c: ►"{os}"}}';
    const { text, place } = readMark(imageOf(`${TO}, platforms: {linux/amd64: ${entry}}`));

    expect(listAll(text)).toEqual([
      `${place} warning placeholder-not-expanded images[0].platforms["linux/amd64"].annotations.c`,
    ]);
  });
});

describe('a copy', () => {
  it('keeps the source as it is', () => {
    expect(
      contentOf(`${TO}, from: "a@${DIGEST}", as: copy, attestations: require, mediaType: auto, annotations: {}`),
    ).toMatchObject({
      kind: 'copy',
      from: { repository: { registry: 'docker.io', path: 'library/a' }, digest: DIGEST },
    });
  });

  it.each([
    ['as: ►copy, platforms: {linux/amd64: "a:1"}', 'invalid-copy images[0].as'],
    ['as: copy, from: "a:1", select: ►[linux/amd64]', 'invalid-copy images[0].select'],
    ['as: copy, from: "a:1", mediaType: ►oci', 'invalid-copy images[0].mediaType'],
    ['as: copy, from: "a:1", mediaType: ►docker', 'invalid-copy images[0].mediaType'],
    ['as: copy, from: "a:1", annotations: ►{a: b}', 'invalid-copy images[0].annotations'],
    ['as: copy, from: "a:1", descriptorAnnotations: ►{a: b}', 'invalid-copy images[0].descriptorAnnotations'],
    ['as: copy, from: "a:1", attestations: ►drop', 'invalid-copy images[0].attestations'],
    ['as: copy, from: "a:1", unmanagedPlatforms: ►keep', 'invalid-copy images[0].unmanagedPlatforms'],
  ])('changes nothing: %s', (rest, expected) => {
    const { text, place } = readMark(imageOf(`${TO}, ${rest}`));

    expect(listErrors(text)).toEqual([`${place} ${expected}`]);
  });
});

describe('a Docker manifest list', () => {
  it.each([
    ['annotations: ►{a: b}', 'docker-annotations images[0].annotations'],
    ['descriptorAnnotations: ►{a: b}', 'docker-annotations images[0].descriptorAnnotations'],
    ['attestations: ►require', 'docker-annotations images[0].attestations'],
    [
      'platforms: {linux/amd64: {ref: "a:1", annotations: ►{a: b}}}',
      'docker-annotations images[0].platforms["linux/amd64"].annotations',
    ],
  ])('cannot carry everything: %s', (rest, expected) => {
    const from = rest.startsWith('platforms') ? 'id: abcdefg' : 'from: "a:1"';

    const { text, place } = readMark(imageOf(`${TO}, ${from}, mediaType: docker, ${rest}`));

    expect(listErrors(text)).toContain(`${place} ${expected}`);
  });

  it('refuses annotations of the defaults, too, and says which image it is', () => {
    const text = `version: 1
defaults: {annotations: {a: b}}
images:
  - {${TO}, from: "a:1", mediaType: docker}
  - {target: c/d, tags: [t], from: "a:1", mediaType: docker, annotations: null}
  - {target: e/f, tags: [t], from: "a:1", mediaType: docker, annotations: {a: null}}
`;

    const found = diagnoseFiles({ 'm.yaml': text });

    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ code: 'docker-annotations', origin: { line: 2, column: 25 } });
    expect(found[0]?.message).toContain('line 4');
  });
});

describe('an image that is not enabled', () => {
  it('is out of the run, and its tags are free', () => {
    const text = `version: 1
images:
  - {${TO}, from: "a:1", enabled: false}
  - {${TO}, from: "a:2"}
`;

    expect(loadYaml(text).declarations.map(({ content }) => content)).toMatchObject([{ from: { tag: '2' } }]);
  });

  it('is checked all the same', () => {
    const { text, place } = readMark(imageOf(`${TO}, from: ►a, enabled: false`));

    expect(listErrors(text)).toEqual([`${place} floating-reference images[0].from`]);
  });
});
