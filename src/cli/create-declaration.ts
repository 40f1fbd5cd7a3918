import type { Declaration, MediaTypeChoice } from '../config/declaration.ts';
import { declareIndex, type ListedImage } from '../config/declare-index.ts';
import { PlaitError } from '../errors/plait-error.ts';
import { formatPlatform, normalizePlatform, type Platform } from '../oci/platform.ts';
import { formatReference, type Reference } from '../oci/reference.ts';
import type { FoundImage } from '../state/find-images.ts';
import { findOverride } from '../state/platform-check.ts';
import type { CreateRequest } from './create-request.ts';

/** The place that messages name, where those on a config name its line. */
const ORIGIN = { file: 'plait create', line: 1, column: 1 } as const;

/** The images behind one source. */
export interface ReadSource {
  readonly source: Reference;
  readonly images: readonly FoundImage[];
}

export interface CreateRules {
  readonly mediaType: MediaTypeChoice;
  readonly amend?: boolean;
}

/**
 * Pure: the declaration of what `plait create` was asked for. Throws USAGE for an image without a platform, two images for
 * one, and a platform for a source with several images.
 */
export function declareRequest(
  request: CreateRequest,
  read: readonly ReadSource[],
  { mediaType, amend }: CreateRules,
): Declaration {
  const images = read.flatMap(({ source, images: found }) => {
    const wanted = request.platforms.get(formatReference(source));
    if (wanted !== undefined && found.length > 1) throw severalImages(source, found);
    return found.map((image) => listImage(image, wanted));
  });
  refuseTwice(images);
  const { target, tags, annotations } = request;
  return declareIndex({ target, tags, images, annotations, mediaType, isAmending: amend === true, origin: ORIGIN });
}

function listImage(image: FoundImage, wanted: Platform | undefined): ListedImage {
  const platform = wanted === undefined ? image.platform : annotate(wanted, image.platform);
  if (platform === undefined) throw noPlatform(image.source);
  return { source: image.source, platform, select: image.select, override: findOverride(platform, image.own) };
}

/** As `docker manifest annotate` does: what is not said stays, as far as it belongs to what is said. */
function annotate(wanted: Platform, found: Platform | undefined): Platform {
  const said = normalizePlatform(wanted);
  const isSameArchitecture = found !== undefined && found.os === said.os && found.architecture === said.architecture;
  if (wanted.variant !== undefined || !isSameArchitecture || found.variant === undefined) return said;
  return { ...said, variant: found.variant };
}

function refuseTwice(images: readonly ListedImage[]): void {
  const seen = new Map<string, ListedImage>();
  for (const image of images) {
    const platform = formatPlatform(image.platform);
    const first = seen.get(platform);
    if (first !== undefined) {
      const sources = [first, image].map(({ source }) => formatReference(source));
      throw new PlaitError('PLATFORM_DUPLICATE', `two images for ${platform}: ${[...new Set(sources)].join(' and ')}`, {
        hint: `leave one of them out, or say what it is for:  --annotate ${sources[1]}=PLATFORM`,
      });
    }
    seen.set(platform, image);
  }
}

function noPlatform(source: Reference): PlaitError {
  const name = formatReference(source);
  return new PlaitError('USAGE', `${name} does not say which platform it is for`, {
    hint: `say it:  --annotate ${name}=linux/amd64`,
  });
}

function severalImages(source: Reference, images: readonly FoundImage[]): PlaitError {
  const platforms = images.map(({ platform }) => (platform === undefined ? 'unknown' : formatPlatform(platform)));
  return new PlaitError(
    'USAGE',
    `--annotate ${formatReference(source)}: that holds ${images.length} images (${platforms.join(', ')})`,
    { hint: 'name one of its images by digest, as a source and in --annotate; plait inspect shows the digests' },
  );
}
