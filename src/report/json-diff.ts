import type { Comparison } from '../plan/comparison.ts';

/** What was compared, as the user named it. */
export interface DiffSides {
  readonly kind: 'references' | 'plans';
  readonly before: string;
  readonly after: string;
}

/** A comparison for programs; what is the same is there too, so that both sides can be read off it. */
export function toDiffDocument(sides: DiffSides, comparisons: readonly Comparison[]): unknown {
  return {
    formatVersion: '1.0',
    ...sides,
    same: comparisons.every(({ isSame }) => isSame),
    comparisons: comparisons.map(({ name, before, after, isSame, platforms, fields, note }) => ({
      name,
      before,
      after,
      same: isSame,
      platforms: platforms.map(({ platform, action, before: old, after: now }) => ({
        platform,
        action,
        before: old,
        after: now,
      })),
      fields,
      ...(note === undefined ? {} : { note }),
    })),
  };
}
