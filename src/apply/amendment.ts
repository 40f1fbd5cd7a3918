import { PlaitError } from '../errors/plait-error.ts';
import type { Digest } from '../oci/digest.ts';
import type { RawManifest } from '../oci/manifest.ts';
import type { Change, GuardRecord, Plan, TagMove } from '../plan/plan.ts';

/**
 * Plans one tag of a change again: reads what it holds now, past everything read before, merges what is declared with it,
 * and asks the same guards with the same allowances.
 */
export type Replan = (tag: string) => Promise<Plan>;

/** How to plan the tags of `change` again; undefined when the change does not keep what others publish. */
export type FindReplan = (change: Change) => Replan | undefined;

/** What to publish under one tag, merged with what it held. */
export interface Merged {
  readonly change: Change;
  readonly index: RawManifest;
  /** What the tag held when it was merged; null: nothing. */
  readonly expect: Digest | null;
}

/** One tag on its way that others write too. The mutable part of it lives here. */
export interface Amendment {
  readonly replan: () => Promise<Plan>;
  next: Merged;
  /** What the tag held before our last push: to see one of these again is to see something late. */
  readonly older: Set<Digest>;
  /** What the tag held at the last look before a push; null: nothing. */
  seen: Digest | null;
  /** Monotonic time of the first attempt, milliseconds. */
  startedAt: number | undefined;
  pushes: number;
  /** How often a platform that we declare was found with another image after we had published ours. */
  contests: number;
  /** The longest time from the last look at the tag to the end of the push, milliseconds. */
  slowestPushMs: number;
}

export function startAmendment(
  planned: Pick<Merged, 'change' | 'index'>,
  { name, expect }: TagMove,
  replan: Replan,
): Amendment {
  return {
    replan: () => replan(name),
    next: { ...planned, expect },
    older: new Set(),
    seen: expect,
    startedAt: undefined,
    pushes: 0,
    contests: 0,
    slowestPushMs: 0,
  };
}

/** What a tag holds, compared with what is declared for it. */
export type AmendOutcome =
  /** All that is declared, in the way it is declared. */
  | { readonly kind: 'settled'; readonly digest: Digest }
  | {
      readonly kind: 'differs';
      readonly merged: Merged;
      /** True when every declared entry is there nevertheless: what differs is what else the index says. */
      readonly isHeld: boolean;
      /** True when it has another image for a platform that is declared. */
      readonly isContested: boolean;
    }
  | { readonly kind: 'blocked'; readonly guard: GuardRecord | undefined }
  | { readonly kind: 'failed'; readonly error: PlaitError };

/** Pure: what `plan`, made for `tag` alone, says of it. */
export function readOutcome(plan: Plan, tag: string): AmendOutcome {
  const [settled] = plan.unchanged.flatMap((entry) => entry.tags).filter(({ name }) => name === tag);
  if (settled !== undefined) return { kind: 'settled', digest: settled.digest };
  const [blocked] = plan.blocked;
  if (blocked !== undefined) {
    return { kind: 'blocked', guard: blocked.guards.find((guard) => guard.result === 'blocked') };
  }
  const [change] = plan.changes;
  if (change !== undefined) return readChange(plan, change, tag);
  const [failure] = plan.unreadable;
  const error = new PlaitError('TAG_UNVERIFIED', failure?.message ?? `nothing is planned for ${tag} any more`, {
    hint: failure?.hint ?? undefined,
  });
  return { kind: 'failed', error };
}

function readChange(plan: Plan, change: Change, tag: string): AmendOutcome {
  const index = change.index === null ? undefined : plan.indexes.get(change.index);
  if (index === undefined) throw new PlaitError('INTERNAL', `the plan for ${tag} lacks its index`);
  // The tag is right. Images that are gone under it are the business of the next run.
  if (change.action === 'repair') return { kind: 'settled', digest: index.digest };
  const expect = change.tags.find(({ name }) => name === tag)?.expect ?? null;
  const declared = change.platforms.filter((row) => row.source !== null);
  const lacksAttestation = change.fields.some(({ field, before }) => field === 'attestation' && before === null);
  return {
    kind: 'differs',
    merged: { change, index, expect },
    isHeld: declared.every((row) => row.action === 'keep') && !lacksAttestation,
    isContested: declared.some((row) => row.action === 'update'),
  };
}
