import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isSameIndex } from '../../../src/oci/compare.ts';
import { decodeManifest } from '../../../src/oci/decode.ts';
import type { Descriptor } from '../../../src/oci/descriptor.ts';
import { parseDigest } from '../../../src/oci/digest.ts';
import { encodeIndex } from '../../../src/oci/index-bytes.ts';
import type { ImageIndex } from '../../../src/oci/manifest.ts';
import { MEDIA_TYPES } from '../../../src/oci/media-types.ts';

const AMD64: Descriptor = {
  mediaType: MEDIA_TYPES.ociManifest,
  digest: parseDigest('sha256:ac12778026d4731641ba457833f7dc23cc98ede2db281101119f7223ab2579f3'),
  size: 400,
  platform: { os: 'linux', architecture: 'amd64' },
};
const ARM64: Descriptor = {
  mediaType: MEDIA_TYPES.ociManifest,
  digest: parseDigest('sha256:0ad5be3fadd5830f8dc5aed1481045c47e5f4358182493f597b0379a12d07221'),
  size: 400,
  platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
};
const ARM_V7: Descriptor = {
  mediaType: MEDIA_TYPES.ociManifest,
  digest: parseDigest('sha256:a432a508cc5e81622c06a41cac180a9e3023545c09519a4b1605aabcf346081d'),
  size: 401,
  platform: { os: 'Linux', architecture: 'armhf' },
};
const WINDOWS = {
  os: 'windows',
  architecture: 'x86_64',
  osVersion: '10.0.20348.2227',
  osFeatures: ['win32k', 'win32k'],
} as const;

function index(manifests: readonly Descriptor[], rest: Partial<ImageIndex> = {}): ImageIndex {
  return { kind: 'index', mediaType: MEDIA_TYPES.ociIndex, manifests, ...rest };
}

function readKnown(file: string): Uint8Array {
  return readFileSync(new URL(`../../fixtures/known-indexes/${file}`, import.meta.url));
}

function toText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

const THREE = index([AMD64, ARM64, ARM_V7]);
const everyone = { 'com.example.all': 'yes' };

/** What was declared, in the spellings that people use, and the file that another tool wrote for it. */
const SAME_BYTES: readonly (readonly [file: string, declared: ImageIndex])[] = [
  ['buildah/two.json', index([AMD64, ARM64])],
  ['oras-go/two.json', index([AMD64, ARM64])],
  ['buildah/three.json', THREE],
  ['oras-go/three.json', THREE],
  ['regctl/three.json', THREE],
  ['oras-go/empty.json', index([], { annotations: {} })],
  [
    'buildah/annotated.json',
    index([
      AMD64,
      { ...ARM64, annotations: { 'com.example.text': '<a & b>', 'com.example.name': 'ü' } },
      { ...ARM_V7, annotations: {} },
    ]),
  ],
  ['buildah/windows.json', index([{ ...AMD64, platform: WINDOWS }, ARM64])],
  [
    'regctl/annotated.json',
    index(
      [AMD64, ARM64, ARM_V7].map((child) => ({ ...child, annotations: everyone })),
      {
        artifactType: 'application/vnd.example.index+json',
        annotations: { 'org.opencontainers.image.version': '<1 & 2>' },
      },
    ),
  ],
  [
    'oras-go/everything.json',
    index(
      [
        {
          ...AMD64,
          artifactType: 'application/vnd.example+json',
          data: 'e30=',
          platform: WINDOWS,
          urls: ['https://example.com/?a=1&b=2'],
          annotations: { 'com.example.text': '<a & b>', 'com.example.name': 'ü' },
        },
        ARM_V7,
      ],
      {
        annotations: {
          '\u{1f600}': 'astral key',
          '\ufb01': 'a key that UTF-16 sorts after the one above',
          'org.example': 'ünïcødé 漢字 😀',
          control: '\u0000\b\f\n\r\t\u001f\u007f"\\/',
          a: 'lines\u2028\u2029end',
        },
        subject: { mediaType: ARM64.mediaType, digest: ARM64.digest, size: ARM64.size },
        artifactType: 'application/vnd.example.index+json',
      },
    ),
  ],
];

describe('an index that another tool wrote', () => {
  it.each(SAME_BYTES)('as %s has the bytes that Plait writes', (file, declared) => {
    expect(toText(encodeIndex(declared))).toBe(toText(readKnown(file)));
  });

  it.each(SAME_BYTES)('as %s is read and written back without a change', (file, declared) => {
    const decoded = decodeManifest(readKnown(file), MEDIA_TYPES.ociIndex) as ImageIndex;
    expect(isSameIndex(declared, decoded)).toBe(true);
    expect(toText(encodeIndex(decoded))).toBe(toText(readKnown(file)));
  });

  it('as crane/three.json means the same in other bytes', () => {
    const bytes = readKnown('crane/three.json');
    const decoded = decodeManifest(bytes, MEDIA_TYPES.ociIndex) as ImageIndex;
    expect(isSameIndex(THREE, decoded)).toBe(true);
    expect(toText(encodeIndex(THREE))).not.toBe(toText(bytes));
  });

  it('as buildah/docker-list.json is read as a Docker manifest list', () => {
    const decoded = decodeManifest(readKnown('buildah/docker-list.json'), MEDIA_TYPES.dockerList) as ImageIndex;
    expect(decoded.mediaType).toBe(MEDIA_TYPES.dockerList);
    expect(decoded.manifests.map(({ platform }) => platform)).toEqual([
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64' },
    ]);
  });
});
