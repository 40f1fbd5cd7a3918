import type { PlatformOverride } from '../config/declaration.ts';
import type { Annotations } from '../oci/descriptor.ts';

/**
 * What an import found, in the language of config files and not yet written down. Texts of sources, tags and annotations
 * may hold `${name}`; a literal `${` in them is written `$${`.
 */
export interface ImportedConfig {
  /** For the top of the file, a line each. */
  readonly comments: readonly string[];
  /** Settings of registries by host, as they stand in a config file. */
  readonly registries: Readonly<Record<string, unknown>>;
  readonly variables: readonly ImportedVariable[];
  readonly images: readonly ImportedImage[];
}

export interface ImportedVariable {
  readonly name: string;
  /** The environment variable that gives it. */
  readonly environment: string;
  readonly fallback?: string;
}

/** One index with all its tags. */
export interface ImportedImage {
  /** Above the image, a line each. */
  readonly comments: readonly string[];
  readonly targets: readonly ImportedTarget[];
  readonly content: ImportedContent;
  /** `oci` is what holds without the key. */
  readonly mediaType: 'oci' | 'docker' | 'auto';
  readonly annotations: Annotations;
  readonly descriptorAnnotations: Annotations;
  readonly unmanagedPlatforms?: 'keep';
  readonly attestations?: 'drop';
}

export interface ImportedTarget {
  readonly repository: string;
  readonly tags: readonly string[];
}

export type ImportedContent =
  /** Platforms whose sources one template makes. */
  | {
      readonly kind: 'list';
      readonly platforms: readonly string[];
      readonly source: string;
      readonly archNames: 'goarch' | 'uname' | 'bashbrew';
    }
  | { readonly kind: 'mapping'; readonly entries: readonly ImportedEntry[] }
  /** All of a multi-arch image, or the bytes of any image. */
  | { readonly kind: 'copy'; readonly from: string };

export interface ImportedEntry {
  readonly platform: string;
  /** One image; or a multi-arch image of which the platform is taken. */
  readonly source: { readonly ref: string } | { readonly from: string };
  readonly override?: PlatformOverride;
  readonly annotations?: Annotations;
  readonly optional?: boolean;
}

/** What was not taken over, or otherwise than it stood. */
export interface ImportNote {
  /** `warning`: the config lacks something that was there. */
  readonly severity: 'warning' | 'note';
  /** `release.sh:12`, or a reference; empty when it is about everything. */
  readonly where: string;
  readonly message: string;
}

/** What an import comes to. `failed`: something could not be read, so that the config may lack it. */
export interface ImportResult {
  readonly config: ImportedConfig;
  readonly notes: readonly ImportNote[];
  readonly failed: boolean;
}
