/** What an image runs on (image-spec `image-index.md`). Inside Plait always folded, see {@link normalizePlatform}. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly osVersion?: string;
  readonly osFeatures?: readonly string[];
}
