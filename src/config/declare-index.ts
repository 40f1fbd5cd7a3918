import type { Annotations } from '../oci/descriptor.ts';
import { normalizePlatform, type Platform } from '../oci/platform.ts';
import { formatReference, type Reference } from '../oci/reference.ts';
import type { Declaration, MediaTypeChoice, Origin, PlatformOverride, PlatformSource } from './declaration.ts';

/** One image of an index that is declared without a config file. */
export interface ListedImage {
  readonly source: Reference;
  /** Folded, as published. */
  readonly platform: Platform;
  /** Folded. Given when the source is an index of several images. */
  readonly select?: Platform | undefined;
  readonly override?: PlatformOverride | undefined;
}

/** What one index is to be, in the words of the command line. */
export interface IndexRequest {
  readonly target: Reference & { readonly tag: string };
  /** Other tags of the same repository. */
  readonly tags: readonly string[];
  readonly images: readonly ListedImage[];
  readonly annotations: Annotations;
  readonly mediaType: MediaTypeChoice;
  /** True: live platforms that are not listed stay. */
  readonly isAmending: boolean;
  readonly origin: Origin;
}

/** Pure: the declaration that a config file with these words and no others would make. */
export function declareIndex({ target, images, isAmending, ...request }: IndexRequest): Declaration {
  const { repository, tag } = target;
  return {
    id: formatReference({ repository, tag }),
    origin: request.origin,
    targets: [{ repository, tags: [...new Set([tag, ...request.tags])] }],
    content: { kind: 'platforms', entries: images.map((image) => toEntry(image, request.origin)) },
    mediaType: request.mediaType,
    annotations: request.annotations,
    descriptorAnnotations: {},
    archNames: 'goarch',
    unmanagedPlatforms: isAmending ? 'keep' : 'remove',
    attestations: 'keep',
    guards: { maxPlatformRemovals: 0, immutableTags: [], requirePlatforms: [], sameLabel: undefined },
    protect: false,
    referrers: { kind: 'none' },
    compare: 'semantic',
    order: 'declared',
    onMissingSource: 'error',
    labels: {},
  };
}

function toEntry({ source, platform, select, override }: ListedImage, origin: Origin): PlatformSource {
  return {
    platform: normalizePlatform(platform),
    origin,
    source,
    ...(select === undefined ? {} : { select }),
    ...(override === undefined ? {} : { override }),
    optional: false,
    annotations: {},
  };
}
