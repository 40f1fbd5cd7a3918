import type { Repository } from '../../oci/repository.ts';
import type { PinChoice } from './candidates.ts';
import type { TagSelection } from './tag-facts.ts';

/** What to import. */
export interface LiveRequest {
  readonly selections: readonly TagSelection[];
  /** Repositories in which the images of single platforms may have tags, besides those that are imported. */
  readonly sources: readonly Repository[];
  /** Such repositories with placeholders in their names. */
  readonly patterns: readonly string[];
  readonly pin: PinChoice;
  /** True: also tags that hold a single image, and tags that others are made of. */
  readonly all: boolean;
}
