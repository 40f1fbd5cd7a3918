import { formatRepository, type Repository } from '../oci/repository.ts';
import { type Allowance, findAllowance, formatAllowance } from './allowance.ts';
import type { GuardRecord, PlatformChange } from './plan.ts';

export interface TagRemovals {
  readonly name: string;
  readonly platforms: readonly PlatformChange[];
}

export interface RemovalLimit {
  /** How many platforms a live tag may lose. */
  readonly max: number;
  readonly allowances: readonly Allowance[];
}

/**
 * Pure: holds back a change that takes more platforms from a live tag than `max`, unless an allowance names that tag.
 * One record for each tag concerned.
 */
export function checkRemovals(
  repository: Repository,
  tags: readonly TagRemovals[],
  limit: RemovalLimit,
): readonly GuardRecord[] {
  return tags.flatMap(({ name, platforms }): GuardRecord[] => {
    const removed = platforms.filter((row) => row.action === 'remove').map((row) => row.platform);
    if (removed.length <= limit.max) return [];
    const reference = `${formatRepository(repository)}:${name}`;
    const message = `would lose ${removed.join(', ')}`;
    const allowance = findAllowance(limit.allowances, 'platform-removal', reference);
    return allowance === undefined
      ? [{ guard: 'platform-removal', result: 'blocked', message, by: `--allow platform-removal=${reference}` }]
      : [{ guard: 'platform-removal', result: 'allowed', message, by: formatAllowance(allowance) }];
  });
}
