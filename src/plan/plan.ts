import type { DriftField } from '../config/run-rules.ts';
import type { Digest } from '../oci/digest.ts';
import type { RawManifest } from '../oci/manifest.ts';
import type { Repository } from '../oci/repository.ts';
import type { Shard } from './shard.ts';

/**
 * What happens to one published platform. `keep` rows are there so that the whole index can be shown. `restore`: the index
 * is right, and the image that it names is gone from the registry.
 */
export interface PlatformChange {
  readonly platform: string;
  readonly action: 'add' | 'update' | 'remove' | 'keep' | 'restore';
  readonly before: Digest | null;
  readonly after: Digest | null;
  /** The declared source, null for what was found live. */
  readonly source: string | null;
  readonly reason:
    | 'new'
    | 'source-moved'
    | 'platform-changed'
    | 'undeclared'
    | 'unchanged'
    | 'unmanaged'
    | 'optional'
    | 'child-missing';
}

/** A difference that is not a platform. `encoding`: other bytes that mean the same, where `compare: bytes` is declared. */
export interface FieldChange {
  readonly field: 'annotations' | 'descriptor-annotations' | 'media-type' | 'platform' | 'attestation' | 'encoding';
  readonly key: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface TagMove {
  readonly name: string;
  /** What the tag must still hold when it is moved; null: it must not exist. */
  readonly expect: Digest | null;
}

/** Content that is not in the target repository, as far as is known without asking. */
export interface Copy {
  readonly from: Repository;
  readonly digest: Digest;
  /** Blobs are mounted inside one registry and streamed between two. */
  readonly how: 'mount' | 'stream';
}

/** A manifest that describes a copied one, a signature or an SBOM, and is copied along. */
export interface ReferrerCopy {
  readonly from: Repository;
  readonly subject: Digest;
  readonly digest: Digest;
  /** Empty when the registry names none. */
  readonly artifactType: string;
}

/** Every guard, as `--allow` names it. */
export const GUARD_NAMES = [
  'platform-removal',
  'immutable-tag',
  'protected',
  'updates',
  'deletes',
  'same-label',
  'require-platforms',
  'floating-source',
] as const;

export type GuardName = (typeof GUARD_NAMES)[number];

export interface GuardRecord {
  readonly guard: GuardName;
  readonly result: 'allowed' | 'blocked';
  /** Why, in words. */
  readonly message: string;
  /** The allowance that lifted it, or what would lift it. */
  readonly by: string;
}

/**
 * Who is the cause of a change, told from what the lock file recorded. `pending`: the config, the tag is as we left it.
 * `drift`: someone moved the tag. `conflict`: both. `adopt`: the tag exists and was never recorded.
 */
export type ChangeClass = 'pending' | 'drift' | 'conflict' | 'adopt';

/**
 * One index to publish under tags of one repository, or tags to delete. `repair`: the tags are right, and something that
 * their index names is gone.
 */
export interface Change {
  readonly id: string;
  readonly origin: string;
  readonly repository: Repository;
  readonly action: 'create' | 'update' | 'delete' | 'repair';
  /** Only with a lock file. */
  readonly class?: ChangeClass;
  readonly tags: readonly TagMove[];
  /** Null for tags to delete. */
  readonly index: Digest | null;
  readonly platforms: readonly PlatformChange[];
  readonly fields: readonly FieldChange[];
  readonly copies: readonly Copy[];
  /** Content of other repositories that should be in the target already; copied when the registry says otherwise. */
  readonly assumed: readonly Copy[];
  readonly referrers: readonly ReferrerCopy[];
  readonly guards: readonly GuardRecord[];
}

/** A tag that holds what is wanted already. */
export interface SettledTag {
  readonly name: string;
  readonly digest: Digest;
  /** What it holds, so that reports can show it whole; absent in plans of older versions. */
  readonly platforms?: readonly string[];
}

/** Tags that hold what is wanted already. */
export interface Unchanged {
  readonly id: string;
  readonly repository: Repository;
  readonly tags: readonly SettledTag[];
}

/** Something that could not be read or must not be published; `left` names the tags that stay as they are for it. */
export interface Unreadable {
  readonly id: string;
  readonly origin: string;
  readonly reference: string;
  readonly left: readonly string[];
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

export interface PlanNotice {
  readonly id: string;
  readonly code: string;
  readonly message: string;
}

/** What a floating source was found to be, and the image that takes from it. */
export interface PlanSource {
  readonly id: string;
  /** `repository:tag`. */
  readonly name: string;
  readonly digest: Digest;
}

/** Drift that `drift.ignore` of the config accepts for a while. */
export interface IgnoredDrift {
  readonly id: string;
  /** Of the declaration. */
  readonly origin: string;
  readonly repository: Repository;
  /** With what they hold. */
  readonly tags: readonly TagMove[];
  /** What is declared; null for tags that are not to exist. */
  readonly index: Digest | null;
  readonly fields: readonly DriftField[];
  readonly reason: string;
  /** The last day on which it is accepted, `YYYY-MM-DD` in UTC. */
  readonly until: string;
  /** Where the config says so, `file:line:column`. */
  readonly rule: string;
}

/** What a plan says besides when it is there to show how live tags differ, and not to be applied. */
export interface DriftFindings {
  readonly ignored: readonly IgnoredDrift[];
}

/** Which part of the config was looked at. */
export interface PlanScope {
  readonly targets: readonly string[];
  readonly exclude: readonly string[];
  readonly selector: string | null;
  /** The part by target repository; null for all of them. */
  readonly shard: Shard | null;
}

export interface Plan {
  readonly scope: PlanScope;
  /** What it was put together of, to be shown, when that is less than `scope`. */
  readonly parts?: readonly PlanScope[];
  /** The exact bytes to push, by digest. */
  readonly indexes: ReadonlyMap<Digest, RawManifest>;
  readonly changes: readonly Change[];
  readonly unchanged: readonly Unchanged[];
  readonly blocked: readonly Change[];
  readonly unreadable: readonly Unreadable[];
  readonly notices: readonly PlanNotice[];
  /** In the order of the config; only in a plan to be recorded in a lock file. */
  readonly sources?: readonly PlanSource[];
  /** Only in the findings of `plait drift`. */
  readonly drift?: DriftFindings;
}

export interface PlanSummary {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly blocked: number;
  readonly unreadable: number;
  readonly unchanged: number;
}

/** Counts indexes, and deleted tags by repository. A repair counts as an update. */
export function summarize(plan: Plan): PlanSummary {
  const count = (action: Change['action']) => plan.changes.filter((change) => change.action === action).length;
  return {
    create: count('create'),
    update: count('update') + count('repair'),
    delete: count('delete'),
    blocked: plan.blocked.length,
    unreadable: plan.unreadable.length,
    unchanged: plan.unchanged.length,
  };
}
