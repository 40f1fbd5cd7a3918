import type { Origin } from './declaration.ts';

/** How much of one kind a run may do: past either bound, all changes of that kind are held back. */
export interface ChangeLimit {
  /** Of the tags in scope, 0 to 100. */
  readonly percent?: number;
  readonly count?: number;
  /** From how many changes on `percent` is looked at: one of three tags is 33 percent and no accident. */
  readonly from: number;
}

/** Which repositories something is about: a glob over `registry/path`, as in `ghcr.io/acme/**`. */
export interface SourcePattern {
  /** As written. */
  readonly text: string;
  /** `repository` as `formatRepository` writes it. */
  readonly matches: (repository: string) => boolean;
}

/** What holds back a whole run. A limit that is not given does not limit. */
export interface RunGuards {
  readonly updates?: ChangeLimit;
  readonly deletes?: ChangeLimit;
  /** Checked when the config is loaded: every source of every declaration matches one. */
  readonly allowedSources?: readonly SourcePattern[];
  /** Sources without a digest. `warn` is done when the config is loaded; `error` is a guard of the plan. */
  readonly floatingSources: 'allow' | 'warn' | 'error';
}

/** What a drift can be about. `tag`: that it is gone or holds something else; the others say what of it. */
export const DRIFT_FIELDS = ['tag', 'platforms', 'children', 'attestations', 'annotations', 'media-type'] as const;

export type DriftField = (typeof DRIFT_FIELDS)[number];

/** How live tags are compared with the config between runs. */
export interface DriftRules {
  /** `verify`: every child of every managed index must still exist. */
  readonly children: 'off' | 'verify';
  /** Those that have not expired. */
  readonly ignore: readonly DriftIgnore[];
}

/** Drift that is known and accepted for a while. */
export interface DriftIgnore {
  readonly origin: Origin;
  /** The glob as written. */
  readonly text: string;
  /** `reference` is `registry/path:tag`. */
  readonly matches: (reference: string) => boolean;
  readonly fields: readonly DriftField[];
  readonly reason: string;
  /** The last day on which it counts, `YYYY-MM-DD` in UTC. */
  readonly until: string;
}

/** What holds without a word about it in any file. */
export const DEFAULT_RUN_GUARDS: RunGuards = { floatingSources: 'allow' };

/** What holds without a word about it in any file. */
export const DEFAULT_DRIFT_RULES: DriftRules = { children: 'off', ignore: [] };
