import type { Digest } from '../oci/digest.ts';
import type { FieldChange, PlatformChange } from './plan.ts';

/** One thing as it is on two sides. */
export interface Comparison {
  /** A reference, or `repository:tag`. */
  readonly name: string;
  /** Null: not there on this side. */
  readonly before: Digest | null;
  readonly after: Digest | null;
  /** True for what means the same, also in other bytes. */
  readonly isSame: boolean;
  /** Empty where only the digests of a side are known. */
  readonly platforms: readonly PlatformChange[];
  readonly fields: readonly FieldChange[];
  /** What is to be said besides, as that an image is blocked on one side only. */
  readonly note?: string;
}
