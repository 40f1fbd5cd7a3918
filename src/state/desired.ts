import type { Declaration } from '../config/declaration.ts';
import type { PlaitError } from '../errors/plait-error.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { StoredIndex, StoredManifest } from '../oci/manifest.ts';
import type { Platform } from '../oci/platform.ts';
import type { Reference } from '../oci/reference.ts';

/** One entry that an index is to hold, and where its image is found now. Attestations have no platform of their own. */
export interface DesiredEntry {
  readonly kind: 'image' | 'attestation';
  readonly descriptor: Descriptor;
  readonly source: Reference;
}

/** An index to build: images in declared order, then their attestations. */
export interface BuiltContent {
  readonly kind: 'index';
  /** The exact bytes when nothing that is live has to be kept. */
  readonly stored: StoredIndex;
  readonly entries: readonly DesiredEntry[];
  /** Optional platforms whose source is absent: each stays as it is live. */
  readonly retained: readonly Platform[];
}

/** Content that keeps its bytes and digest (`as: copy`). */
export interface CopiedContent {
  readonly kind: 'copy';
  readonly source: Reference;
  readonly stored: StoredManifest;
  /** The platform of the image when a single image is copied; an index names its own. */
  readonly platform?: Platform;
}

export type DesiredContent = BuiltContent | CopiedContent;

/** What is worth telling though nothing is wrong. */
export interface Notice {
  readonly code: string;
  readonly message: string;
  /** The id of the image it is about. */
  readonly id: string;
}

/** One thing that kept an image from being planned. `reference` is what was being read, when it was one thing. */
export interface SourceFailure {
  readonly reference: string | undefined;
  readonly error: PlaitError;
}

/** What one declaration wants, or every reason why that cannot be said. Never half of it. */
export type DesiredIndex =
  | {
      readonly kind: 'resolved';
      readonly declaration: Declaration;
      readonly content: DesiredContent;
      readonly notices: readonly Notice[];
    }
  | { readonly kind: 'failed'; readonly declaration: Declaration; readonly failures: readonly SourceFailure[] };
