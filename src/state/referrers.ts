import type { Digest } from '../oci/digest.ts';
import type { Repository } from '../oci/repository.ts';

/** A manifest whose `subject` is an image to publish: a signature, an SBOM, an attestation. */
export interface FoundReferrer {
  readonly from: Repository;
  readonly subject: Digest;
  readonly digest: Digest;
  /** Empty when the registry names none. */
  readonly artifactType: string;
}
