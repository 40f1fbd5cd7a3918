import { describe, expect, it } from 'vitest';
import { listAll, listErrors, loadYaml, readMark } from '../../support/load-yaml.ts';

const DEFAULTS = `version: 1
defaults:
  mediaType: oci
  attestations: drop
  unmanagedPlatforms: keep
  annotations: {vendor: Acme, team: core}
  labels: {tier: release}
  archNames: {linux/amd64: x64}
  guards: {maxPlatformRemovals: 2}
images:
`;

const IMAGE = 'target: a/b, tags: [t], from: "c:1"';

describe('an image', () => {
  it('has what is built in where nothing is said', () => {
    const [declaration] = loadYaml(`version: 1\nimages: [{${IMAGE}}]\n`).declarations;

    expect(declaration).toMatchObject({
      mediaType: 'oci',
      attestations: 'keep',
      unmanagedPlatforms: 'remove',
      annotations: {},
      descriptorAnnotations: {},
      archNames: 'goarch',
      guards: { maxPlatformRemovals: 0 },
      labels: {},
    });
  });

  it('has the defaults of its file before what is built in', () => {
    const [declaration] = loadYaml(`${DEFAULTS}  - {${IMAGE}}\n`).declarations;

    expect(declaration).toMatchObject({
      mediaType: 'oci',
      attestations: 'drop',
      unmanagedPlatforms: 'keep',
      annotations: { vendor: 'Acme', team: 'core' },
      archNames: { 'linux/amd64': 'x64' },
      guards: { maxPlatformRemovals: 2 },
      labels: { tier: 'release' },
    });
  });

  it('merges mappings by key over the defaults and replaces the rest', () => {
    const own = 'annotations: {team: edge, more: a}, attestations: require, guards: {maxPlatformRemovals: 1}';

    const [declaration] = loadYaml(`${DEFAULTS}  - {${IMAGE}, ${own}, archNames: uname}\n`).declarations;

    expect(declaration).toMatchObject({
      annotations: { vendor: 'Acme', team: 'edge', more: 'a' },
      attestations: 'require',
      archNames: 'uname',
      guards: { maxPlatformRemovals: 1 },
    });
  });

  it('removes with null what the defaults say', () => {
    const own = 'annotations: null, labels: {tier: null}, attestations: null, guards: {maxPlatformRemovals: null}';

    const [declaration] = loadYaml(`${DEFAULTS}  - {${IMAGE}, ${own}}\n`).declarations;

    expect(declaration).toMatchObject({
      annotations: {},
      labels: {},
      attestations: 'keep',
      guards: { maxPlatformRemovals: 0 },
    });
  });

  it('is removed from by its row, whatever layer said it', () => {
    const row = 'matrix: {rows: [{n: a, labels: {tier: null, own: null, kept: "1"}}]}';

    const { declarations, diagnostics } = loadYaml(`${DEFAULTS}  - {${IMAGE}, labels: {own: x}, ${row}}\n`);

    expect(declarations[0]?.labels).toEqual({ kept: '1' });
    expect(diagnostics).toEqual([]);
  });
});

describe('a null that removes nothing', () => {
  it('is worth a warning, as it was probably meant as a value', () => {
    const { text, place } = readMark(`version: 1\nimages: [{${IMAGE}, labels: {tier: ►}}]\n`);

    expect(listAll(text)).toEqual([`${place} warning null-without-effect images[0].labels.tier`]);
  });

  it('is an error for a platform, which would be lost', () => {
    const text = `version: 1
images:
  - target: a/b
    tags: [t]
    platforms:
      linux/amd64: c:1
      linux/arm64:
`;

    expect(listErrors(text)).toEqual(['7:19 null-without-effect images[0].platforms["linux/arm64"]']);
  });

  it('is a way to say "no defaults" for a whole key', () => {
    expect(listAll(`version: 1\nimages: [{${IMAGE}, annotations: null, mediaType: null}]\n`)).toEqual([]);
  });
});

describe('defaults', () => {
  it('show their faults once, not for each image', () => {
    const text = `version: 1
defaults: {mediaType: ocii, target: a/b, annotations: {a: 1}, labels: [x], attestation: drop, guards: {x: 1}}
images:
  - {${IMAGE}}
  - {target: a/c, tags: [t], from: "c:1"}
`;

    expect(listErrors(text)).toEqual([
      '2:23 invalid-value defaults.mediaType',
      '2:29 unknown-key defaults.target',
      '2:59 not-text defaults.annotations.a',
      '2:71 wrong-type defaults.labels',
      '2:76 unknown-key defaults.attestation',
      '2:104 unknown-key defaults.guards.x',
    ]);
  });

  it('do not change the bytes of a copy', () => {
    const [declaration] = loadYaml(`${DEFAULTS}  - {${IMAGE}, as: copy}\n`).declarations;

    expect(declaration).toMatchObject({
      content: { kind: 'copy' },
      mediaType: 'auto',
      annotations: {},
      attestations: 'keep',
      unmanagedPlatforms: 'remove',
      guards: { maxPlatformRemovals: 2 },
      labels: { tier: 'release' },
    });
  });

  it('may be null themselves', () => {
    expect(listErrors(`version: 1\ndefaults: {annotations: null, mediaType: null}\nimages: [{${IMAGE}}]\n`)).toEqual(
      [],
    );
  });
});
