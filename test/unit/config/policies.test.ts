import { describe, expect, it } from 'vitest';
import { diagnoseFiles, listAll, listErrors, loadYaml, readMark } from '../../support/load-yaml.ts';

const TO = 'target: ghcr.io/acme/api, tags: [t]';
const FROM = 'from: "ghcr.io/acme/builds/api:1"';

function imageOf(keys: string): string {
  return `version: 1\nimages:\n  - {${TO}, ${keys}}\n`;
}

describe('how an image is compared and changed', () => {
  it('is built in where nothing is said', () => {
    expect(loadYaml(imageOf(FROM)).declarations[0]).toMatchObject({
      guards: { maxPlatformRemovals: 0, immutableTags: [], requirePlatforms: [], sameLabel: undefined },
      protect: false,
      referrers: { kind: 'none' },
      compare: 'semantic',
      order: 'declared',
      onMissingSource: 'error',
    });
  });

  it('is said by the image', () => {
    const keys = 'protect: true, referrers: all, compare: bytes, order: canonical, onMissingSource: skipImage';

    expect(loadYaml(imageOf(`${FROM}, ${keys}`)).declarations[0]).toMatchObject({
      protect: true,
      referrers: { kind: 'all' },
      compare: 'bytes',
      order: 'canonical',
      onMissingSource: 'skipImage',
    });
  });

  it('is said by the defaults, but for what changes the bytes of a copy', () => {
    const text = `version: 1
defaults: {referrers: {artifactTypes: [application/spdx+json]}, compare: semantic, order: canonical, onMissingSource: skipImage}
images:
  - {${TO}, ${FROM}, as: copy}
`;

    expect(loadYaml(text).declarations[0]).toMatchObject({
      referrers: { kind: 'types', artifactTypes: ['application/spdx+json'] },
      compare: 'bytes',
      order: 'declared',
      onMissingSource: 'skipImage',
    });
  });

  it.each([
    ['referrers: ►some', 'invalid-value images[0].referrers', undefined],
    ['referrers: ►nnone', 'invalid-value images[0].referrers', 'did you mean none?'],
    ['referrers: ►{}', 'missing-key images[0].referrers', expect.any(String)],
    ['referrers: {artifactTypes: [►sbom]}', 'invalid-value images[0].referrers.artifactTypes[0]', undefined],
    ['compare: ►byte', 'invalid-value images[0].compare', 'did you mean bytes?'],
    ['order: ►canonic', 'invalid-value images[0].order', 'did you mean canonical?'],
    ['onMissingSource: ►skip', 'invalid-value images[0].onMissingSource', undefined],
    ['protect: ►"true"', 'wrong-type images[0].protect', undefined],
    ['as: copy, order: ►canonical', 'invalid-copy images[0].order', expect.any(String)],
    ['as: copy, compare: ►semantic', 'invalid-copy images[0].compare', expect.any(String)],
    ['guards: {immutableTags: [►"re:(a"]}', 'invalid-pattern images[0].guards.immutableTags[0]', expect.any(String)],
    ['guards: {immutableTags: [►"re:(?<a"]}', 'invalid-pattern images[0].guards.immutableTags[0]', expect.any(String)],
    ['guards: {immutableTags: [►""]}', 'invalid-pattern images[0].guards.immutableTags[0]', expect.any(String)],
    [
      `guards: {immutableTags: [►"re:${'a'.repeat(1025)}"]}`,
      'invalid-pattern images[0].guards.immutableTags[0]',
      expect.any(String),
    ],
    [
      'guards: {requirePlatforms: [►linux]}',
      'invalid-platform images[0].guards.requirePlatforms[0]',
      expect.any(String),
    ],
    [
      'guards: {requirePlatforms: [linux/arm64, ►linux/aarch64]}',
      'duplicate-platform images[0].guards.requirePlatforms[1]',
      expect.any(String),
    ],
    ['guards: {sameLabel: ►{}}', 'missing-key images[0].guards.sameLabel', expect.any(String)],
    ['guards: {sameLabel: ►[a]}', 'wrong-type images[0].guards.sameLabel', undefined],
    ['guards: {sameLabel: {labels: [►""]}}', 'empty-value images[0].guards.sameLabel.labels[0]', undefined],
    [
      'guards: {sameLabel: {labels: [a], except: [►arm64]}}',
      'invalid-platform images[0].guards.sameLabel.except[0]',
      expect.any(String),
    ],
  ])('is checked: %s', (keys, expected, hint) => {
    const { text, place } = readMark(imageOf(`${FROM}, ${keys}`));

    const [diagnostic] = diagnoseFiles({ 'manifests.yaml': text });

    expect(listErrors(text)).toEqual([`${place} ${expected}`]);
    expect(diagnostic?.hint).toEqual(hint);
  });
});

describe('guards of an image', () => {
  it('have patterns over tags, and platforms that are folded', () => {
    const keys =
      "guards: {immutableTags: ['re:^v?\\d+\\.\\d+\\.\\d+$', 'lts-*'], requirePlatforms: [linux/aarch64], sameLabel: {labels: [rev], except: [linux/armhf]}}";

    const guards = loadYaml(imageOf(`${FROM}, ${keys}`)).declarations[0]?.guards;

    expect(guards).toMatchObject({
      requirePlatforms: [{ os: 'linux', architecture: 'arm64' }],
      sameLabel: { labels: ['rev'], except: [{ os: 'linux', architecture: 'arm', variant: 'v7' }] },
    });
    expect(
      ['v1.2.3', '1.2.3', '1.2', 'lts-x', '.lts-x'].map((tag) =>
        guards?.immutableTags.some(({ matches }) => matches(tag)),
      ),
    ).toEqual([true, true, false, true, false]);
  });

  it('take null for none, whether there are defaults or not', () => {
    const guards = 'guards: {immutableTags: ["*"], sameLabel: {labels: [a]}, maxPlatformRemovals: 3}';
    const own = 'guards: {immutableTags: null, sameLabel: null, maxPlatformRemovals: null}';
    const text = `version: 1\ndefaults: {${guards}}\nimages:\n  - {${TO}, ${FROM}, ${own}}\n`;

    expect(loadYaml(text).declarations[0]?.guards).toEqual({
      maxPlatformRemovals: 0,
      immutableTags: [],
      requirePlatforms: [],
      sameLabel: undefined,
    });
    expect(listAll(imageOf(`${FROM}, ${own}`))).toEqual([]);
  });

  it('are checked in the defaults, too, when no image uses them', () => {
    const { text, place } = readMark('version: 1\ndefaults: {guards: {immutableTags: [►"re:("]}}\nimages: []\n');

    expect(listErrors(text)).toEqual([`${place} invalid-pattern defaults.guards.immutableTags[0]`]);
  });

  it('warn of a platform that they require and nobody declares', () => {
    const platforms = 'platforms: {linux/amd64: "ghcr.io/acme/builds/api:1"}';
    const { text, place } = readMark(imageOf(`${platforms}, guards: {requirePlatforms: ►[linux/amd64, linux/arm64]}`));

    expect(listAll(text)).toEqual([`${place} warning required-platform images[0].guards.requirePlatforms`]);
    expect(listAll(text.replace('guards', 'unmanagedPlatforms: keep, guards'))).toEqual([]);
    expect(listAll(imageOf(`${FROM}, guards: {requirePlatforms: [linux/amd64]}`))).toEqual([]);
  });
});

describe('two images with the same tag', () => {
  it.each([
    ['guards', 'guards: {immutableTags: ["a*"]}', 'guards: {immutableTags: ["b*"]}'],
    ['referrers', 'referrers: all', 'referrers: {artifactTypes: [a/b]}'],
    ['compare', 'compare: bytes', 'compare: semantic'],
    ['order', 'order: canonical', 'order: declared'],
    ['onMissingSource', 'onMissingSource: skipImage', 'onMissingSource: error'],
    ['protect', 'protect: true', 'protect: false'],
  ])('must agree on %s', (field, one, other) => {
    const both = (a: string, b: string) =>
      `version: 1\nimages:\n  - {${TO}, ${FROM}, ${a}}\n  - {${TO}, ${FROM}, ${b}}\n`;

    const [conflict] = diagnoseFiles({ 'manifests.yaml': both(one, other) });

    expect(conflict).toMatchObject({ code: 'conflicting-tag', hint: expect.stringContaining(field) });
    expect(listAll(both(one, one))).toEqual(['4:39 note duplicate-tag images[1].tags[0]']);
  });
});
