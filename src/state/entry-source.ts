import { PlaitError } from '../errors/plait-error.ts';
import { findAttestedDigest, isAttestation } from '../oci/attestation.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { ImageIndex, ImageManifest, StoredManifest } from '../oci/manifest.ts';
import { isImageMediaType } from '../oci/media-types.ts';
import { formatPlatform, isSamePlatform, normalizePlatform, type Platform } from '../oci/platform.ts';
import { formatReference, type Reference } from '../oci/reference.ts';

/** The one image an entry takes from its source, with the attestations that describe it. */
export interface SourceImage {
  /** As the source describes it: without a platform when the source is the image itself. */
  readonly descriptor: Descriptor;
  /** The decoded image when the source is the image itself; else it is still to be read by digest. */
  readonly manifest: ImageManifest | undefined;
  readonly attestations: readonly Descriptor[];
}

/**
 * Pure: the one image that `ref` means. An index that holds exactly one image counts as that image.
 * Throws SOURCE_IS_INDEX, which lists the platforms, when it holds several, SOURCE_UNSUPPORTED when it holds none.
 */
export function findOnlyImage(reference: Reference, stored: StoredManifest): SourceImage {
  const { manifest } = stored;
  if (manifest.kind === 'image') return { descriptor: describe(stored), manifest, attestations: [] };
  const images = listImages(manifest);
  const [only] = images;
  if (only !== undefined && images.length === 1) return toSourceImage(manifest, only);
  if (only === undefined) {
    throw new PlaitError('SOURCE_UNSUPPORTED', `${formatReference(reference)} is an index without an image`, {
      hint: 'name an image, or push the image again',
    });
  }
  throw new PlaitError(
    'SOURCE_IS_INDEX',
    `${formatReference(reference)} holds ${images.length} images (${listPlatforms(manifest)}) where one is wanted`,
    { hint: `take one of them with { from: ${formatReference(reference)}, select: ${describePlatform(only)} }` },
  );
}

/**
 * Pure: the image of `index` for `wanted`. Without an `os.version` in `wanted` the only image for its os, architecture
 * and variant is taken. Throws SOURCE_PLATFORM_MISSING, which lists what is there.
 */
export function findSelectedImage(reference: Reference, stored: StoredManifest, wanted: Platform): SourceImage {
  const { manifest } = stored;
  if (manifest.kind === 'image') {
    throw new PlaitError('SOURCE_NOT_INDEX', `${formatReference(reference)} is one image, there is nothing to select`, {
      hint: `write  ref: ${formatReference(reference)}  instead of from and select`,
    });
  }
  const images = listImages(manifest);
  const exact = images.filter((image) => image.platform !== undefined && isSamePlatform(image.platform, wanted));
  const near = exact.length > 0 ? exact : images.filter((image) => isSameKind(image.platform, wanted));
  const [chosen] = near;
  if (chosen !== undefined && near.length === 1) return toSourceImage(manifest, chosen);
  const problem = chosen === undefined ? 'has no image' : `has ${near.length} images`;
  throw new PlaitError(
    'SOURCE_PLATFORM_MISSING',
    `${formatReference(reference)} ${problem} for ${formatPlatform(wanted)}; it holds ${listPlatforms(manifest)}`,
    { hint: chosen === undefined ? 'select a platform that it holds' : 'name the os.version as well' },
  );
}

/** Pure: every image of `index` that names a platform, with its attestations, in the order of the index. */
export function listSourceImages(index: ImageIndex): readonly SourceImage[] {
  return listImages(index)
    .filter((image) => image.platform !== undefined)
    .map((image) => toSourceImage(index, image));
}

/** The descriptor of a manifest that was read by itself. */
export function describe(stored: StoredManifest): Descriptor {
  return { mediaType: stored.mediaType, digest: stored.digest, size: stored.bytes.length };
}

/** The images of `index`, with and without a platform, in its order. */
export function listImages(index: ImageIndex): readonly Descriptor[] {
  return index.manifests.filter((entry) => isImageMediaType(entry.mediaType) && !isAttestation(entry));
}

/** One image of `index`, with the attestations that describe it. */
export function toSourceImage(index: ImageIndex, descriptor: Descriptor): SourceImage {
  const attestations = index.manifests.filter(
    (entry) => isAttestation(entry) && findAttestedDigest(entry) === descriptor.digest,
  );
  return { descriptor, manifest: undefined, attestations };
}

function isSameKind(candidate: Platform | undefined, wanted: Platform): boolean {
  if (candidate === undefined || wanted.osVersion !== undefined || wanted.osFeatures !== undefined) return false;
  const { osVersion: _version, osFeatures: _features, ...kind } = normalizePlatform(candidate);
  return isSamePlatform(kind, wanted);
}

function listPlatforms(index: ImageIndex): string {
  return listImages(index).map(describePlatform).join(', ');
}

function describePlatform(image: Descriptor): string {
  return image.platform === undefined ? 'no platform' : formatPlatform(normalizePlatform(image.platform));
}
