import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { RawManifest, StoredManifest } from '../oci/manifest.ts';
import type { Repository } from '../oci/repository.ts';
import type { OnAbort } from '../transport/message.ts';
import type { RegistryWarning } from './warnings.ts';

/** What a HEAD tells of a manifest. `size` in bytes. */
export interface ManifestHead {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly size: number;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** What the signal ends; writes of manifests are never cut off, whatever this says. */
  readonly onAbort?: OnAbort;
  /**
   * True for a source: content named by digest may come from a mirror of its registry, which shows what it is but not that
   * the registry still holds it.
   */
  readonly mirrors?: boolean;
}

/** What to list of the referrers of a manifest. */
export interface ReferrersOptions extends RequestOptions {
  /** Only those of this type, such as `application/vnd.dev.sigstore.bundle.v0.3+json`. */
  readonly artifactType?: string;
}

/** Manifests that a repository holds, and the one that all of them refer to. */
export interface Referrers {
  readonly repository: Repository;
  readonly subject: Digest;
  readonly referrers: readonly Descriptor[];
}

/** Who lists the referrers of a manifest: the registry, or the index under the fall-back tag. */
export type ReferrerListing = 'listed' | 'tagged';

/** One blob to bring from one repository into another. */
export interface BlobCopy {
  readonly from: Repository;
  readonly to: Repository;
  readonly descriptor: Descriptor;
  /** Called with the bytes moved so far; starts over when the copy had to. */
  readonly onProgress?: (bytes: number) => void;
}

export type BlobCopyOutcome = 'present' | 'mounted' | 'uploaded';

/** What became of a tag that was to be deleted. `unsupported`: the registry cannot delete tags, and nothing happened. */
export type TagDeletion = 'deleted' | 'absent' | 'unsupported';

/**
 * The OCI distribution API as Plait needs it. Every method verifies what it reads, treats "not there" as a value and
 * throws a `PlaitError` for everything else. A `reference` is a tag or a digest.
 */
export interface RegistryClient {
  /** undefined = the registry confirmed that it is not there. Uses GET where HEAD does not tell enough. */
  headManifest(repository: Repository, reference: string, options?: RequestOptions): Promise<ManifestHead | undefined>;
  /** Verified and decoded; undefined as for {@link RegistryClient.headManifest}. */
  getManifest(repository: Repository, reference: string, options?: RequestOptions): Promise<StoredManifest | undefined>;
  /** Stores exactly these bytes under a tag or digest and checks the digest that the server answers. */
  putManifest(
    repository: Repository,
    reference: string,
    manifest: RawManifest,
    options?: RequestOptions,
  ): Promise<void>;
  /**
   * Tells that something is going to be pushed there, so that no push has to wait for its token. A hint, which sends nothing
   * where that would be of no use, and never fails: what is wrong is told by the push.
   */
  expectPush(repository: Repository, options?: RequestOptions): void;
  /** One PUT for several tags. Returns the tags the server confirmed; empty when it does not know the feature. */
  putManifestTags(
    repository: Repository,
    manifest: RawManifest,
    tags: readonly string[],
    options?: RequestOptions,
  ): Promise<readonly string[]>;
  hasBlob(repository: Repository, digest: Digest, options?: RequestOptions): Promise<boolean>;
  /** The whole blob, verified. Throws BLOB_MISSING when absent and MANIFEST_TOO_LARGE when over `maxBytes`. */
  readBlob(
    repository: Repository,
    descriptor: Pick<Descriptor, 'digest' | 'size'>,
    options: RequestOptions & { readonly maxBytes: number },
  ): Promise<Uint8Array>;
  /** Mounts inside one registry, else streams with bounded memory and verification. */
  copyBlob(job: BlobCopy, options?: RequestOptions): Promise<BlobCopyOutcome>;
  /** All tags in the order of the registry; empty when there is no such repository. */
  listTags(repository: Repository, options?: RequestOptions): Promise<readonly string[]>;
  /** Deletes one tag, never the manifest that it names: that may have other tags. */
  deleteTag(repository: Repository, tag: string, options?: RequestOptions): Promise<TagDeletion>;
  /** What refers to a manifest, whether the registry lists it or the fall-back tag does; each once. */
  listReferrers(repository: Repository, subject: Digest, options?: ReferrersOptions): Promise<readonly Descriptor[]>;
  /** Sees to it that {@link RegistryClient.listReferrers} finds manifests that were stored; keeps what is found there. */
  announceReferrers(job: Referrers, options?: RequestOptions): Promise<ReferrerListing>;
  /** What registries warned of so far. */
  warnings(): readonly RegistryWarning[];
  /** Requests really sent so far, by method; token requests count as TOKEN, followed redirects as REDIRECT. */
  requestCounts(): Readonly<Record<string, number>>;
  /** Closes every connection; the client cannot be used after it. */
  close(): Promise<void>;
}
