import type { Digest } from './digest.ts';
import type { JsonObject } from './json.ts';
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
  readonly unmodelled?: UnmodelledFields;
}

/**
 * Fields of a decoded descriptor that Plait has no meaning for, so that an entry kept from a live index is written back
 * whole. Opaque: nothing decides by them, and they are no difference between two indexes.
 */
export interface UnmodelledFields {
  readonly fields?: JsonObject;
  /** Of the `platform` object: its unknown fields, or all of it when it names no operating system or architecture. */
  readonly platform?: JsonObject;
}
