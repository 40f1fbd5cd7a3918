import type { Digest } from './digest.ts';
import type { Platform } from './platform.ts';

/** String keys and values, as manifests carry them. */
export type Annotations = Readonly<Record<string, string>>;

/** What an index or manifest says of content it names (image-spec `descriptor.md`). `size` in bytes. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly urls?: readonly string[];
  readonly annotations?: Annotations;
  /** Embedded content, base64; carried, never trusted. */
  readonly data?: string;
  readonly platform?: Platform;
  readonly artifactType?: string;
}
