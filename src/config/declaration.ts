import type { Annotations } from '../oci/descriptor.ts';
import type { Platform } from '../oci/platform.ts';
import type { Reference } from '../oci/reference.ts';
import type { Repository } from '../oci/repository.ts';
import type { ArchNames } from './arch-names.ts';
import type { TagPattern } from './tag-pattern.ts';

/** A place in a config file, 1-based; `file` as the user named it, relative to the working directory when below it. */
export interface Origin {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The media type of the index: OCI image index, Docker manifest list, or the list only when every child is Docker's. */
export type MediaTypeChoice = 'oci' | 'docker' | 'auto';

/** What happens to live entries that no one declared. */
export type UnmanagedPlatforms = 'remove' | 'keep' | 'error';

/** What happens to the attestations of the images. */
export type AttestationPolicy = 'keep' | 'drop' | 'require';

/** What holds back the tags of one image. */
export interface ImageGuards {
  /** How many platforms a live tag may lose. */
  readonly maxPlatformRemovals: number;
  /** Tags that may be created and not moved. */
  readonly immutableTags: readonly TagPattern[];
  /** Folded. The published index must hold all of them. */
  readonly requirePlatforms: readonly Platform[];
  /** Labels on which all children must agree; undefined when none must. */
  readonly sameLabel: SameLabel | undefined;
}

export interface SameLabel {
  /** Names of labels of the image config, else of annotations. Not empty. */
  readonly labels: readonly string[];
  /** Folded. Platforms that need not agree. */
  readonly except: readonly Platform[];
}

/** Which manifests with a child as their subject (signatures, SBOMs) are copied along with it. */
export type ReferrerPolicy =
  | { readonly kind: 'none' }
  | { readonly kind: 'all' }
  | { readonly kind: 'types'; readonly artifactTypes: readonly string[] };

/** One index that is wanted under some tags: what a config file says, checked and expanded. */
export interface Declaration {
  /** Unique in a run. Without `id` in the file it is the first tag, `ghcr.io/acme/api:1.8`. */
  readonly id: string;
  readonly origin: Origin;
  /** Not empty, as their `tags` are; a repository stands here once and no tag is in two declarations. */
  readonly targets: readonly DeclaredTarget[];
  readonly content: DeclaredContent;
  /** `auto` for a copy, whose bytes are not ours. */
  readonly mediaType: MediaTypeChoice;
  readonly annotations: Annotations;
  /** Still templates, as the platforms of a `from` are not known yet: see `describePlatformAnnotations`. */
  readonly descriptorAnnotations: Annotations;
  readonly archNames: ArchNames;
  readonly unmanagedPlatforms: UnmanagedPlatforms;
  readonly attestations: AttestationPolicy;
  readonly guards: ImageGuards;
  /** True when the tags change only with an allowance that names them. */
  readonly protect: boolean;
  readonly referrers: ReferrerPolicy;
  /** `semantic`: other bytes that mean the same are no change. */
  readonly compare: 'semantic' | 'bytes';
  /** How the entries of the index are ordered: as declared, or by platform. */
  readonly order: 'declared' | 'canonical';
  /** When a source does not exist the image is not planned; that is an error, or with `skipImage` a warning. */
  readonly onMissingSource: 'error' | 'skipImage';
  /** For selecting declarations; never published. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Tags of one repository that are to be gone. */
export interface DeclaredAbsence {
  /** Unique among the absences of a run: `absent ghcr.io/acme/api`, with a number from the second one on. */
  readonly id: string;
  readonly origin: Origin;
  readonly repository: Repository;
  readonly tags: readonly string[];
  /** Over the tags that the repository turns out to have. */
  readonly tagsMatching: readonly TagPattern[];
  /** Tags that stay although a pattern matches them. */
  readonly except: readonly string[];
}

export interface DeclaredTarget {
  readonly repository: Repository;
  readonly tags: readonly string[];
}

export type DeclaredContent =
  | { readonly kind: 'platforms'; readonly entries: readonly PlatformSource[] }
  | ({ readonly kind: 'from'; readonly select?: readonly Platform[] } & WholeSource)
  | ({ readonly kind: 'copy' } & WholeSource);

/** One source for the whole index. */
export interface WholeSource {
  readonly from: Reference;
  /** Where it is named; absent for one that no file names. */
  readonly origin?: Origin;
}

/** One published platform and the image it comes from. Every reference has a tag or a digest. */
export interface PlatformSource {
  /** As published: folded, with what `override` adds to the key. No two entries of an index have the same. */
  readonly platform: Platform;
  readonly origin: Origin;
  readonly source: Reference;
  /** Given when the source is an index, and names the platform to take from it. */
  readonly select?: Platform;
  readonly override?: PlatformOverride;
  /** True when an absent source leaves the platform as it is live. */
  readonly optional: boolean;
  /** `descriptorAnnotations` with placeholders expanded, then those of the entry. */
  readonly annotations: Annotations;
}

/** The fields in which the source's own image config may disagree with the published platform, with what is published. */
export interface PlatformOverride {
  readonly os?: string;
  readonly architecture?: string;
  readonly variant?: string;
  readonly osVersion?: string;
  readonly osFeatures?: readonly string[];
}
