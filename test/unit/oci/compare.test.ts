import { describe, expect, it } from 'vitest';
import { isSameIndex } from '../../../src/oci/compare.ts';
import { decodeManifest } from '../../../src/oci/decode.ts';
import type { Descriptor } from '../../../src/oci/descriptor.ts';
import { type Digest, parseDigest } from '../../../src/oci/digest.ts';
import type { ImageIndex } from '../../../src/oci/manifest.ts';
import { MEDIA_TYPES } from '../../../src/oci/media-types.ts';

const digest = (digit: string): Digest => parseDigest(`sha256:${digit.repeat(64)}`);

const AMD64: Descriptor = {
  mediaType: MEDIA_TYPES.ociManifest,
  digest: digest('a'),
  size: 400,
  platform: { os: 'linux', architecture: 'amd64' },
  annotations: { one: '1', two: '2' },
};
const WINDOWS: Descriptor = {
  mediaType: MEDIA_TYPES.ociManifest,
  digest: digest('b'),
  size: 401,
  platform: { os: 'windows', architecture: 'amd64', osVersion: '10.0.20348.1', osFeatures: ['a', 'win32k'] },
};
const ATTESTATION: Descriptor = {
  mediaType: MEDIA_TYPES.ociManifest,
  digest: digest('c'),
  size: 566,
  platform: { os: 'unknown', architecture: 'unknown' },
  annotations: { 'vnd.docker.reference.digest': digest('a') },
};
const INDEX: ImageIndex = {
  kind: 'index',
  mediaType: MEDIA_TYPES.ociIndex,
  manifests: [AMD64, WINDOWS, ATTESTATION],
  annotations: { three: '3', four: '4' },
};

function withFirst(change: Partial<Descriptor>): ImageIndex {
  return { ...INDEX, manifests: [{ ...AMD64, ...change }, WINDOWS, ATTESTATION] };
}

function withoutPlatform({ platform: _platform, ...rest }: Descriptor): Descriptor {
  return rest;
}

describe('two indexes are the same', () => {
  it.each<readonly [string, ImageIndex]>([
    ['with themselves', { ...INDEX }],
    ['with the entries in another order', { ...INDEX, manifests: [ATTESTATION, WINDOWS, AMD64] }],
    ['with annotations in another order', { ...INDEX, annotations: { four: '4', three: '3' } }],
    ['with annotations of an entry in another order', withFirst({ annotations: { two: '2', one: '1' } })],
    ['with a platform in other words', withFirst({ platform: { os: 'Linux', architecture: 'x86_64', variant: 'v1' } })],
    [
      'with features in another order',
      {
        ...INDEX,
        manifests: [
          AMD64,
          {
            ...WINDOWS,
            platform: { ...WINDOWS.platform, os: 'windows', architecture: 'amd64', osFeatures: ['win32k', 'a'] },
          },
          ATTESTATION,
        ],
      },
    ],
    ['with an artifact type on an entry', withFirst({ artifactType: 'application/x' })],
    ['with urls on an entry', withFirst({ urls: ['https://example.com'] })],
    ['with data on an entry', withFirst({ data: 'e30=' })],
    ['with a field that has no meaning here', withFirst({ unmodelled: { platform: { features: ['sse4'] } } })],
    ['with an attestation without a platform', { ...INDEX, manifests: [AMD64, WINDOWS, withoutPlatform(ATTESTATION)] }],
    ['with an artifact type of the whole', { ...INDEX, artifactType: 'application/x' }],
    ['with a subject of the whole', { ...INDEX, subject: withoutPlatform(WINDOWS) }],
  ])('%s', (_what, other) => {
    expect(isSameIndex(INDEX, other)).toBe(true);
    expect(isSameIndex(other, INDEX)).toBe(true);
  });

  it('with empty annotations and without any', () => {
    const { annotations: _annotations, ...bare } = INDEX;
    expect(isSameIndex({ ...INDEX, annotations: {} }, bare)).toBe(true);
  });

  it('whatever the spacing and order of the live document', () => {
    const text = `{ "manifests" : [ { "size":401, "platform": {"os.features":["win32k","a"],"os.version":"10.0.20348.1",
      "os":"windows","architecture":"amd64"}, "digest":"${digest('b')}", "mediaType":"${MEDIA_TYPES.ociManifest}" },
      { "digest":"${digest('a')}", "annotations": {"two":"2","one":"1"}, "size":400,
        "platform": {"os":"linux","architecture":"amd64","variant":""}, "mediaType":"${MEDIA_TYPES.ociManifest}" },
      { "digest":"${digest('c')}", "annotations": {"vnd.docker.reference.digest":"${digest('a')}"}, "size":566,
        "platform": {"os":"unknown","architecture":"unknown"}, "mediaType":"${MEDIA_TYPES.ociManifest}" } ],
      "annotations": {"four":"4","three":"3"}, "schemaVersion": 2 }`;
    const live = decodeManifest(new TextEncoder().encode(text), MEDIA_TYPES.ociIndex) as ImageIndex;
    expect(isSameIndex(INDEX, live)).toBe(true);
  });
});

describe('two indexes are not the same', () => {
  it.each<readonly [string, ImageIndex]>([
    ['with another digest', withFirst({ digest: digest('d') })],
    ['with another architecture', withFirst({ platform: { os: 'linux', architecture: 'arm64' } })],
    ['with another variant', withFirst({ platform: { os: 'linux', architecture: 'amd64', variant: 'v2' } })],
    ['with an os.version', withFirst({ platform: { os: 'linux', architecture: 'amd64', osVersion: '1' } })],
    ['with a feature', withFirst({ platform: { os: 'linux', architecture: 'amd64', osFeatures: ['x'] } })],
    ['without a platform', { ...INDEX, manifests: [withoutPlatform(AMD64), WINDOWS, ATTESTATION] }],
    ['with another annotation on an entry', withFirst({ annotations: { one: '1', two: '3' } })],
    ['with one annotation more on an entry', withFirst({ annotations: { one: '1', two: '2', three: '3' } })],
    ['with another annotation', { ...INDEX, annotations: { three: '3', four: '5' } }],
    ['with another media type', { ...INDEX, mediaType: MEDIA_TYPES.dockerList }],
    ['with one entry less', { ...INDEX, manifests: [AMD64, ATTESTATION] }],
    ['without the attestation', { ...INDEX, manifests: [AMD64, WINDOWS] }],
    ['with an entry twice', { ...INDEX, manifests: [AMD64, WINDOWS, ATTESTATION, AMD64] }],
    ['with an entry twice instead of another', { ...INDEX, manifests: [AMD64, AMD64, ATTESTATION] }],
    [
      'with platforms swapped',
      {
        ...INDEX,
        manifests: [{ ...AMD64, digest: WINDOWS.digest }, { ...WINDOWS, digest: AMD64.digest }, ATTESTATION],
      },
    ],
    [
      'with an attestation about another image',
      {
        ...INDEX,
        manifests: [AMD64, WINDOWS, { ...ATTESTATION, annotations: { 'vnd.docker.reference.digest': digest('b') } }],
      },
    ],
  ])('%s', (_what, other) => {
    expect(isSameIndex(INDEX, other)).toBe(false);
    expect(isSameIndex(other, INDEX)).toBe(false);
  });
});
