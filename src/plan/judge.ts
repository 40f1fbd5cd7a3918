import { formatRepository, type Repository } from '../oci/repository.ts';
import { type Allowance, findAllowance, formatAllowance } from './allowance.ts';
import type { GuardName, GuardRecord } from './plan.ts';

/** What a guard has against a change. */
export interface Objection {
  readonly guard: GuardName;
  readonly message: string;
  /** The tags that it is about; not empty. */
  readonly tags: readonly string[];
}

/** Pure: an objection is lifted when allowances cover all of its tags; else the record names the one flag that would. */
export function judge(
  repository: Repository,
  { guard, message, tags }: Objection,
  allowances: readonly Allowance[],
): GuardRecord {
  const place = formatRepository(repository);
  const found = tags.map((tag) => findAllowance(allowances, guard, `${place}:${tag}`));
  const open = tags.filter((_, position) => found[position] === undefined);
  if (open.length > 0) return { guard, result: 'blocked', message, by: suggest(guard, place, open) };
  const used = new Set(found.flatMap((allowance) => (allowance === undefined ? [] : [formatAllowance(allowance)])));
  return { guard, result: 'allowed', message, by: [...used].join(' ') };
}

/** A shell would expand braces. */
function suggest(guard: GuardName, place: string, tags: readonly string[]): string {
  const [only] = tags;
  if (tags.length === 1) return `--allow ${guard}=${place}:${only}`;
  return `--allow '${guard}=${place}:{${tags.join(',')}}'`;
}
