import type { Digest } from '../oci/digest.ts';
import { formatRepository } from '../oci/repository.ts';
import type { Comparison } from './comparison.ts';
import type { Change, Plan, PlatformChange } from './plan.ts';

/** What a plan makes of one tag. */
interface Outcome {
  /** What it leaves in the tag; null: nothing. */
  readonly digest: Digest | null;
  /** Blocked tags stay as they are. */
  readonly isBlocked: boolean;
  /** Absent for tags that the plan leaves alone. */
  readonly change?: Change;
}

/** Pure: the tags of two plans and what each leaves in them, sorted by name. A tag that one plan does not name differs. */
export function comparePlans(before: Plan, after: Plan): readonly Comparison[] {
  const [old, now] = [listOutcomes(before), listOutcomes(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  return names.map((name) => compareOutcomes(name, old.get(name), now.get(name)));
}

function listOutcomes(plan: Plan): ReadonlyMap<string, Outcome> {
  const outcomes = new Map<string, Outcome>();
  for (const { repository, tags } of plan.unchanged) {
    for (const { name, digest } of tags)
      outcomes.set(`${formatRepository(repository)}:${name}`, { digest, isBlocked: false });
  }
  const blocked = new Set(plan.blocked);
  for (const change of [...plan.changes, ...plan.blocked]) {
    const isBlocked = blocked.has(change);
    for (const { name, expect } of change.tags) {
      const digest = isBlocked ? expect : change.index;
      outcomes.set(`${formatRepository(change.repository)}:${name}`, { digest, isBlocked, change });
    }
  }
  for (const { left } of plan.unreadable) {
    for (const name of left) if (!outcomes.has(name)) outcomes.set(name, { digest: null, isBlocked: true });
  }
  return outcomes;
}

function compareOutcomes(name: string, before: Outcome | undefined, after: Outcome | undefined): Comparison {
  const [old, now] = [before?.digest ?? null, after?.digest ?? null];
  const note = describeSides(before, after);
  const isSame = old === now && note === undefined;
  const platforms = isSame ? [] : joinRows(listImages(before, after), listImages(after, before));
  return { name, before: old, after: now, isSame, platforms, fields: [], ...(note === undefined ? {} : { note }) };
}

function describeSides(before: Outcome | undefined, after: Outcome | undefined): string | undefined {
  if (before === undefined || after === undefined)
    return `only in the ${before === undefined ? 'second' : 'first'} plan`;
  if (before.isBlocked === after.isBlocked) return undefined;
  return `held back in the ${before.isBlocked ? 'first' : 'second'} plan only`;
}

type Images = ReadonlyMap<string, Digest>;

/**
 * The images by platform that a plan leaves in a tag; of a tag that it leaves alone, what the other plan found there.
 * Undefined when no plan tells.
 */
function listImages(own: Outcome | undefined, other: Outcome | undefined): Images | undefined {
  if (own === undefined || own.digest === null) return new Map();
  if (own.change !== undefined) return pick(own.change.platforms, own.isBlocked ? 'before' : 'after');
  const found = other?.change?.tags.some(({ expect }) => expect === own.digest);
  return found === true ? pick(other?.change?.platforms ?? [], 'before') : undefined;
}

function pick(rows: readonly PlatformChange[], side: 'before' | 'after'): Images {
  return new Map(rows.flatMap((row) => (row[side] === null ? [] : [[row.platform, row[side]] as const])));
}

function joinRows(before: Images | undefined, after: Images | undefined): readonly PlatformChange[] {
  if (before === undefined || after === undefined) return [];
  return [...new Set([...after.keys(), ...before.keys()])].map((platform) =>
    joinRow(platform, before.get(platform) ?? null, after.get(platform) ?? null),
  );
}

function joinRow(platform: string, before: Digest | null, after: Digest | null): PlatformChange {
  const row = { platform, before, after, source: '' };
  if (before === null) return { ...row, action: 'add', reason: 'new' };
  if (after === null) return { ...row, action: 'remove', reason: 'undeclared' };
  return before === after
    ? { ...row, action: 'keep', reason: 'unchanged' }
    : { ...row, action: 'update', reason: 'source-moved' };
}
