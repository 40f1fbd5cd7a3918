import type { PlaitError } from '../errors/plait-error.ts';
import type { Digest } from '../oci/digest.ts';
import type { Manifest, StoredManifest } from '../oci/manifest.ts';
import type { Platform } from '../oci/platform.ts';

/** What a live tag holds. A single image carries its platform only in its config, so it is read with it. */
export interface LiveContent {
  readonly manifest: Manifest;
  /** Of a single image, when its config names one. */
  readonly platform?: Platform;
  /** The exact bytes, kept when they may be needed: of an index with children that are gone. */
  readonly stored?: StoredManifest;
}

/**
 * What the registry says of one tag. Unreadable is neither absent nor unchanged.
 * `content` is read only when the digest alone does not answer the question.
 */
export type LiveTag =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'present';
      readonly digest: Digest;
      readonly mediaType: string;
      readonly size: number;
      readonly content: LiveContent | undefined;
      /** Children that the registry confirmed to be gone; looked for only where `drift.children` says so. */
      readonly missing?: readonly Digest[];
    }
  | { readonly kind: 'unreadable'; readonly error: PlaitError };
