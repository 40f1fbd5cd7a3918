import { describe, expect, it } from 'vitest';
import { diagnoseFiles, listErrors } from '../../support/load-yaml.ts';

const IMAGE = 'target: ghcr.io/acme/api, from: "ghcr.io/acme/ci:1"';

function hintOf(text: string): string | undefined {
  return diagnoseFiles({ 'manifests.yaml': text })[0]?.hint;
}

describe('unknown keys', () => {
  it('are reported at the key, everywhere', () => {
    const text = `version: 1
imges: []
registries:
  ghcr.io: {plainHtpp: true, auth: {helpr: a}}
variables:
  a: {defalt: b, default: c}
defaults: {mediatype: oci, guards: {maxRemovals: 1}}
images:
  - {${IMAGE}, tags: [a], tgas: [b]}
  - target: ghcr.io/acme/web
    tags: [a]
    platforms: {linux/amd64: {ref: "a:1", overide: {}, override: {varient: v1, os: linux}}}
  - {targets: [{repository: a/b, tag: [a], tags: [b]}], from: "a:1"}
  - {${IMAGE}, tags: ["\${matrix.a}"], matrix: {axis: {}, axes: {a: [x]}}}
`;

    expect(listErrors(text).filter((line) => line.includes('unknown-key'))).toEqual([
      '2:1 unknown-key imges',
      '4:13 unknown-key registries["ghcr.io"].plainHtpp',
      '4:37 unknown-key registries["ghcr.io"].auth.helpr',
      '6:7 unknown-key variables.a.defalt',
      '7:12 unknown-key defaults.mediatype',
      '7:37 unknown-key defaults.guards.maxRemovals',
      '9:70 unknown-key images[0].tgas',
      '12:43 unknown-key images[1].platforms["linux/amd64"].overide',
      '12:67 unknown-key images[1].platforms["linux/amd64"].override.varient',
      '13:34 unknown-key images[2].targets[0].tag',
      '14:91 unknown-key images[3].matrix.axis',
    ]);
  });

  it.each([
    ['imges: []', 'did you mean images?'],
    ['IMAGES: []', 'did you mean images?'],
    ['zebra: 1', 'the keys are absent, defaults, drift, guards, images, include, registries, variables, version'],
    ['registries: {ghcr.io: {plainHTTP: true}}', 'did you mean plainHttp?'],
    [`images: [{${IMAGE}, tags: [a], platform: b}]`, 'did you mean platforms?'],
    [`images: [{${IMAGE}, tags: [a], descriptorAnotations: {}}]`, 'did you mean descriptorAnnotations?'],
  ])('name the nearest known key: %s', (line, hint) => {
    expect(hintOf(`version: 1\n${line}\n`)).toBe(hint);
  });
});

describe('values that are no texts', () => {
  it.each([
    ['1.10', 'write "1.10"'],
    ['12e4', 'write "12e4"'],
    ['0755', 'write "0755"'],
    ['0x1F', 'write "0x1F"'],
    ['0o17', 'write "0o17"'],
    ['.5', 'write ".5"'],
    ['20240716', 'write "20240716"'],
    ['12345678901234567890', 'write "12345678901234567890"'],
    ['null', 'write "null"'],
    ['~', 'write "~"'],
    ['true', 'write "true"'],
    ['yes', 'write "yes"'],
    ['No', 'write "No"'],
    ['on', 'write "on"'],
    ['.inf', 'write ".inf"'],
  ])('are refused as a tag, with the quoted form to write: %s', (scalar, hint) => {
    const text = `version: 1\nimages: [{${IMAGE}, tags: [ok, ${scalar}]}]\n`;

    expect(listErrors(text)).toEqual(['2:75 not-text images[0].tags[1]']);
    expect(hintOf(text)).toBe(hint);
  });

  it.each(['"1.10"', "'1.10'", '!!str 1.10', '1.10.0', '1.10-rc', 'v1', '2024-07-16', '1_000', 'nope', '"yes"'])(
    'are texts when they are quoted, or nothing else to YAML 1.2: %s',
    (scalar) => {
      expect(listErrors(`version: 1\nimages: [{${IMAGE}, tags: [${scalar}]}]\n`)).toEqual([]);
    },
  );

  it('are refused wherever a text is wanted', () => {
    const text = `version: 1
variables: {a: {default: 1.10}, b: {type: list, default: [1.10, x]}}
images:
  - target: 1
    tags: [a]
    platforms: {linux/amd64: 2, linux/arm64: {ref: 3, override: {os.version: 10.0}}}
    annotations: {a: 4, b: null}
    labels: {a: false}
    id: 5
  - {target: a/b, tags: [a], from: 6, select: [7]}
  - {target: a/b, tags: [a], source: 8, platforms: [9.0]}
  - {${IMAGE}, tags: ["\${matrix.a}"], matrix: {axes: {a: [1.0]}}}
`;

    expect(listErrors(text).filter((line) => line.includes('not-text'))).toEqual([
      '2:26 not-text variables.a.default',
      '2:59 not-text variables.b.default[0]',
      '4:13 not-text images[0].target',
      '6:30 not-text images[0].platforms["linux/amd64"]',
      '6:52 not-text images[0].platforms["linux/arm64"].ref',
      '6:78 not-text images[0].platforms["linux/arm64"].override["os.version"]',
      '7:22 not-text images[0].annotations.a',
      '8:17 not-text images[0].labels.a',
      '9:9 not-text images[0].id',
      '10:36 not-text images[1].from',
      '10:48 not-text images[1].select[0]',
      '11:38 not-text images[2].source',
      '11:53 not-text images[2].platforms[0]',
      '12:102 not-text images[3].matrix.axes.a[0]',
    ]);
  });

  it('are missing altogether when nothing stands after a colon', () => {
    expect(hintOf('version: 1\nvariables:\n  a: {default: }\n')).toBe('write a text, or "" for an empty one');
  });
});

describe('values of another type', () => {
  it.each([
    [`images: [{${IMAGE}, tags: latest}]`, 'wrong-type', 'write ["latest"]'],
    [`images: [{${IMAGE}, tags: [a], enabled: yes}]`, 'wrong-type', 'write true'],
    [`images: [{${IMAGE}, tags: [a], enabled: off}]`, 'wrong-type', 'write false'],
    [`images: [{${IMAGE}, tags: [a], enabled: "true"}]`, 'wrong-type', undefined],
    [`images: [{${IMAGE}, tags: [a], guards: {maxPlatformRemovals: "1"}}]`, 'wrong-type', 'write it without quotes'],
    [`images: [{${IMAGE}, tags: [a], guards: {maxPlatformRemovals: 1.5}}]`, 'wrong-type', undefined],
    [`images: [{${IMAGE}, tags: [a], guards: {maxPlatformRemovals: -1}}]`, 'invalid-value', undefined],
    [`images: [{${IMAGE}, tags: [a], as: cpoy}]`, 'invalid-value', 'did you mean copy?'],
    [`images: [{${IMAGE}, tags: [a], attestations: required}]`, 'invalid-value', 'did you mean require?'],
    [`images: [{${IMAGE}, tags: [a], archNames: unam}]`, 'invalid-value', 'did you mean uname?'],
    [`images: [{${IMAGE}, tags: []}]`, 'empty-value', undefined],
    ['images: {}', 'wrong-type', undefined],
    ['images: [a]', 'wrong-type', undefined],
    ['registries: []', 'wrong-type', undefined],
    ['registries: {ghcr.io: {concurrency: 0}}', 'invalid-value', undefined],
    ['registries: {ghcr.io: {concurrency: 257}}', 'invalid-value', undefined],
    ['registries: {ghcr.io: }', 'wrong-type', undefined],
    ['variables: [a]', 'wrong-type', undefined],
    ['defaults: oci', 'wrong-type', undefined],
  ])('are refused: %s', (line, code, hint) => {
    const [first] = diagnoseFiles({ 'manifests.yaml': `version: 1\n${line}\n` });

    expect(first).toMatchObject({ severity: 'error', code });
    expect(first?.hint).toBe(hint);
  });

  it('do not hide what else is wrong beside them', () => {
    const text = `version: 1
images:
  - {target: "a/b:tag", tags: [1.0, -x, b], from: a, as: 5, guards: 7, labels: [x]}
`;

    expect(listErrors(text)).toEqual([
      '3:14 invalid-reference images[0].target',
      '3:32 not-text images[0].tags[0]',
      '3:37 invalid-tag images[0].tags[1]',
      '3:51 floating-reference images[0].from',
      '3:58 invalid-value images[0].as',
      '3:69 wrong-type images[0].guards',
      '3:80 wrong-type images[0].labels',
    ]);
  });
});

describe('the version', () => {
  it('is required, and 1 is the one there is', () => {
    expect(listErrors('images: []\n')).toEqual(['1:1 missing-key ']);
    expect(listErrors('version: 2\nimages: []\n')).toEqual(['1:10 invalid-value version']);
    expect(hintOf('version: "1"\nimages: []\n')).toBe('write 1 without quotes');
  });
});
