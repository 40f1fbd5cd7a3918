import type { Digest } from '../oci/digest.ts';
import type { RawManifest } from '../oci/manifest.ts';
import type { Repository } from '../oci/repository.ts';
import type { Capabilities } from './capabilities.ts';
import type { ManifestHead } from './client.ts';
import { createTurns, type Turns } from './turns.ts';

/** What a tag was found to hold. */
export interface SeenTag {
  readonly head: ManifestHead;
  /** The value to ask with whether that changed; undefined when the registry gives none that can be relied on. */
  readonly validator: string | undefined;
  /** The bytes, when they were read or pushed. */
  readonly manifest: RawManifest | undefined;
}

/**
 * What a run knows about one registry: what it can do, and what this run saw and put there. Lives as long as the run.
 */
export interface RegistryMemory extends Capabilities {
  /** Changes that must not overlap, by name. */
  readonly turns: Turns;
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
  /** Notes a manifest that the registry took as a referrer of its subject, and lists as such by itself. */
  noteListed(repository: Repository, digest: Digest): void;
  wasListed(repository: Repository, digest: Digest): boolean;
}

export function createRegistryMemory(capabilities: Capabilities): RegistryMemory {
  const tags = createTagMemory();
  const pushed = new Set<string>();
  const listed = new Set<string>();
  return {
    ...capabilities,
    turns: createTurns(),
    isReadOnly: false,
    ...tags,
    notePushed: (repository, digest) => void pushed.add(toKey(repository, digest)),
    wasPushed: (repository, digest) => pushed.has(toKey(repository, digest)),
    forgetPushed: (repository, digest) => void pushed.delete(toKey(repository, digest)),
    noteListed: (repository, digest) => void listed.add(toKey(repository, digest)),
    wasListed: (repository, digest) => listed.has(toKey(repository, digest)),
  };
}

type TagMemory = Pick<RegistryMemory, 'findTag' | 'rememberTag' | 'forgetTag'>;

/** Older tags are forgotten: what is known of a tag spares or checks a request, and none depends on it. */
const MAX_TAGS = 10_000;

/** By repository and tag: of the many keys, none has to be put together. */
function createTagMemory(): TagMemory {
  let [recent, older] = [new Map<string, Map<string, SeenTag>>(), new Map<string, Map<string, SeenTag>>()];
  let count = 0;
  return {
    findTag: ({ path }, tag) => recent.get(path)?.get(tag) ?? older.get(path)?.get(tag),
    rememberTag: ({ path }, ...[tag, seen]) => {
      count += 1;
      if (count > MAX_TAGS / 2) [older, recent, count] = [recent, new Map(), 1];
      const tags = recent.get(path) ?? new Map<string, SeenTag>();
      recent.set(path, tags.set(tag, seen));
    },
    forgetTag: ({ path }, tag) => {
      recent.get(path)?.delete(tag);
      older.get(path)?.delete(tag);
    },
  };
}

function toKey(repository: Repository, reference: string): string {
  return `${repository.path} ${reference}`;
}
