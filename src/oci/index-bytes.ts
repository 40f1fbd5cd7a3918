import { PlaitError } from '../errors/plait-error.ts';
import { MAX_MANIFEST_WRITE_BYTES } from './decode.ts';
import type { Descriptor } from './descriptor.ts';
import { computeDigest } from './digest.ts';
import { encodeFields, encodeList, encodeMap, encodeText, toSortedFields } from './go-json.ts';
import type { ImageIndex, StoredIndex } from './manifest.ts';
import { normalizePlatform, type Platform } from './platform.ts';

/**
 * The one way Plait writes an index, so that equal content has an equal digest, also in oras and buildah: compact JSON,
 * fields in the order of the image-spec structs, map keys sorted, empty fields left out, platforms folded. Entries stay
 * in the order given; unmodelled fields of a kept entry follow the modelled ones. Throws MANIFEST_TOO_LARGE over
 * {@link MAX_MANIFEST_WRITE_BYTES}.
 */
export function encodeIndex(index: ImageIndex): Uint8Array {
  const text = encodeFields([
    ['schemaVersion', '2'],
    ['mediaType', encodeText(index.mediaType)],
    ['artifactType', encodeOptional(index.artifactType)],
    ['manifests', encodeList(index.manifests, encodeDescriptor) ?? '[]'],
    ['subject', index.subject && encodeDescriptor(index.subject)],
    ['annotations', encodeMap(index.annotations)],
  ]);
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > MAX_MANIFEST_WRITE_BYTES) {
    throw new PlaitError('MANIFEST_TOO_LARGE', `the index would have ${bytes.length} bytes`, {
      hint: `registries take ${MAX_MANIFEST_WRITE_BYTES}: use fewer entries or shorter annotations`,
    });
  }
  return bytes;
}

/** As {@link encodeIndex}, with the sha256 digest and the index itself beside the bytes. */
export function toStoredIndex(index: ImageIndex): StoredIndex {
  const bytes = encodeIndex(index);
  return { bytes, digest: computeDigest(bytes), mediaType: index.mediaType, manifest: index };
}

function encodeDescriptor(descriptor: Descriptor): string {
  const fields = [
    ['mediaType', encodeText(descriptor.mediaType)],
    ['digest', encodeText(descriptor.digest)],
    ['size', String(descriptor.size)],
    ['urls', encodeList(descriptor.urls, encodeText)],
    ['annotations', encodeMap(descriptor.annotations)],
    ['data', encodeOptional(descriptor.data)],
    ['platform', encodePlatform(descriptor)],
    ['artifactType', encodeOptional(descriptor.artifactType)],
    ...toSortedFields(descriptor.unmodelled?.fields),
  ] as const;
  return encodeFields(fields) ?? '{}';
}

function encodePlatform({ platform, unmodelled }: Descriptor): string | undefined {
  const known = platform === undefined ? [] : toPlatformFields(normalizePlatform(platform));
  const names = new Set(known.map(([name]) => name));
  return encodeFields([...known, ...toSortedFields(unmodelled?.platform).filter(([name]) => !names.has(name))]);
}

function toPlatformFields(platform: Platform): readonly (readonly [string, string | undefined])[] {
  return [
    ['architecture', encodeText(platform.architecture)],
    ['os', encodeText(platform.os)],
    ['os.version', encodeOptional(platform.osVersion)],
    ['os.features', encodeList(platform.osFeatures, encodeText)],
    ['variant', encodeOptional(platform.variant)],
  ];
}

function encodeOptional(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : encodeText(text);
}
