import type { Digest } from '../oci/digest.ts';
import type { RawManifest } from '../oci/manifest.ts';
import type { Repository } from '../oci/repository.ts';
import type { ManifestHead } from './client.ts';

/** What a tag was found to hold. */
export interface SeenTag {
  readonly head: ManifestHead;
  /** The value to ask with whether that changed; undefined when the registry gives none that can be relied on. */
  readonly validator: string | undefined;
  /** The bytes, when they were read or pushed. */
  readonly manifest: RawManifest | undefined;
}

/**
 * What a run learned about one registry: what it can do, from what it did and never from its name, and what this run
 * saw and put there. Lives as long as the run.
 */
export interface RegistryMemory {
  /** False once the registry refused a HEAD of a manifest, or answered without what it is for. */
  answersHead: boolean;
  /** False once it refused to mount anything. */
  mounts: boolean;
  /** False once it refused a blob in pieces. */
  takesChunks: boolean;
  /** False once it refused to delete a tag. */
  deletesTags: boolean;
  /** True once it refused a write because it takes none at all. */
  isReadOnly: boolean;
  findTag(repository: Repository, tag: string): SeenTag | undefined;
  rememberTag(repository: Repository, tag: string, seen: SeenTag): void;
  forgetTag(repository: Repository, tag: string): void;
  /** Notes content that this run stored: it is there, even if the registry should not show it yet. */
  notePushed(repository: Repository, digest: Digest): void;
  wasPushed(repository: Repository, digest: Digest): boolean;
  /** Takes back a note: the registry had time enough to show it. */
  forgetPushed(repository: Repository, digest: Digest): void;
}

export function createRegistryMemory(): RegistryMemory {
  const tags = new Map<string, SeenTag>();
  const pushed = new Set<string>();
  return {
    answersHead: true,
    mounts: true,
    takesChunks: true,
    deletesTags: true,
    isReadOnly: false,
    findTag: (repository, tag) => tags.get(toKey(repository, tag)),
    rememberTag: (repository, ...[tag, seen]) => void tags.set(toKey(repository, tag), seen),
    forgetTag: (repository, tag) => void tags.delete(toKey(repository, tag)),
    notePushed: (repository, digest) => void pushed.add(toKey(repository, digest)),
    wasPushed: (repository, digest) => pushed.has(toKey(repository, digest)),
    forgetPushed: (repository, digest) => void pushed.delete(toKey(repository, digest)),
  };
}

function toKey(repository: Repository, reference: string): string {
  return `${repository.path} ${reference}`;
}
