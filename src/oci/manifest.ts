import type { Annotations, Descriptor } from './descriptor.ts';
import type { Digest } from './digest.ts';
import type { ImageMediaType, IndexMediaType } from './media-types.ts';

/** A multi-arch index: OCI image index or Docker manifest list. */
export interface ImageIndex {
  readonly kind: 'index';
  readonly mediaType: IndexMediaType;
  readonly manifests: readonly Descriptor[];
  readonly artifactType?: string;
  readonly subject?: Descriptor;
  readonly annotations?: Annotations;
}

/** One image: OCI image manifest or Docker schema 2. */
export interface ImageManifest {
  readonly kind: 'image';
  readonly mediaType: ImageMediaType;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly artifactType?: string;
  readonly subject?: Descriptor;
  readonly annotations?: Annotations;
}

export type Manifest = ImageIndex | ImageManifest;

/** Exact bytes as they came from or go to a registry. The digest is always of these bytes. */
export interface RawManifest {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly mediaType: string;
}

/** Exact bytes with their decoded form beside them. */
export interface StoredManifest extends RawManifest {
  readonly manifest: Manifest;
}

/** A {@link StoredManifest} that is an index. */
export interface StoredIndex extends StoredManifest {
  readonly manifest: ImageIndex;
}
