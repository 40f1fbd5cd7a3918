import type { Annotations } from '../oci/descriptor.ts';
import type { Platform } from '../oci/platform.ts';

/** An index that another tool was told to make. Texts are in the language of config files. */
export interface WantedList {
  /** `release.sh:4`, for notes. */
  readonly where: string;
  readonly repository: string;
  readonly tags: readonly string[];
  readonly images: readonly WantedImage[];
  /** True for the one source that is taken as it is, whatever it holds. */
  readonly isCopy: boolean;
  readonly mediaType: 'oci' | 'docker' | 'auto';
  readonly annotations: Annotations;
  readonly descriptorAnnotations: Annotations;
  /** For above the image, a line each. */
  readonly comments: readonly string[];
  /** True when what is live beside these images is to stay. */
  readonly keepsOthers: boolean;
}

/** What a tool was told of the platform of an image; what it was not told is that of the image. */
export type StatedPlatform = Partial<Platform>;

export interface WantedImage {
  /** With a tag or digest. */
  readonly source: string;
  /** The source with the values of its variables, to ask a registry for; undefined when one has no value. */
  readonly resolved: string | undefined;
  readonly stated: StatedPlatform;
  /** True when what is stated holds against the config of the image. */
  readonly overrides: boolean;
  readonly where: string;
}
