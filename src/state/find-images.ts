import { PlaitError, toPlaitError } from '../errors/plait-error.ts';
import { normalizePlatform, type Platform } from '../oci/platform.ts';
import { formatReference, type Reference } from '../oci/reference.ts';
import { mapAtOnce } from '../transport/map-at-once.ts';
import type { ContentReader } from './content-reader.ts';
import { describe, listImages, toSourceImage } from './entry-source.ts';
import { getSource, readOwnPlatform } from './resolve-entry.ts';

const SOURCES_AT_ONCE = 16;
const IMAGES_AT_ONCE = 16;

/** One image that a source brings, and what there is to say of its platform. */
export interface FoundImage {
  /** As it was named; by digest for an image of an index that does not say what the image is for. */
  readonly source: Reference;
  /** Folded. What to select from the source, when that is an index of several images. */
  readonly select: Platform | undefined;
  /** Folded. What its index says it is for, else what the image says; undefined when neither does. */
  readonly platform: Platform | undefined;
  /** Folded. What the image's own config says; undefined when it says nothing. */
  readonly own: Platform | undefined;
}

/** What one of several sources turned out to be. */
export type SourceFinding =
  | { readonly kind: 'found'; readonly source: Reference; readonly images: readonly FoundImage[] }
  | { readonly kind: 'failed'; readonly source: Reference; readonly error: PlaitError };

/** Reads all of `sources`, in their order. Never throws: what went wrong is in the answer. */
export function findAllImages(reader: ContentReader, sources: readonly Reference[]): Promise<readonly SourceFinding[]> {
  return mapAtOnce(sources, SOURCES_AT_ONCE, async (source): Promise<SourceFinding> => {
    try {
      return { kind: 'found', source, images: await findImages(reader, source) };
    } catch (error) {
      return { kind: 'failed', source, error: toPlaitError(error) };
    }
  });
}

/**
 * All images behind `source`: the image that it is, or those of the index that it is, without attestations. Throws
 * SOURCE_MISSING, SOURCE_UNSUPPORTED for an index without an image, and what the registry client throws.
 */
async function findImages(reader: ContentReader, source: Reference): Promise<readonly FoundImage[]> {
  const stored = await getSource(reader, source);
  const { manifest } = stored;
  if (manifest.kind === 'image') {
    const own = await readOwnPlatform(reader, source, { descriptor: describe(stored), manifest, attestations: [] });
    return [{ source, select: undefined, platform: own, own }];
  }
  const images = listImages(manifest);
  if (images.length === 0) {
    throw new PlaitError('SOURCE_UNSUPPORTED', `${formatReference(source)} is an index without an image`, {
      hint: 'name an image, or push the image again',
    });
  }
  return mapAtOnce(images, IMAGES_AT_ONCE, async (descriptor): Promise<FoundImage> => {
    const own = await readOwnPlatform(reader, source, toSourceImage(manifest, descriptor));
    const listed = descriptor.platform === undefined ? undefined : normalizePlatform(descriptor.platform);
    const found = { platform: listed ?? own, own, source, select: undefined };
    if (images.length === 1) return found;
    if (listed !== undefined) return { ...found, select: listed };
    return { ...found, source: { repository: source.repository, digest: descriptor.digest } };
  });
}
