import { createHash } from 'node:crypto';
import { PlaitError } from '../errors/plait-error.ts';
import { formatRepository, type Repository } from '../oci/repository.ts';

/** One of `count` parts of a run, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** More parts than that are a mistake in a script rather than a plan. */
export const MAX_SHARDS = 1000;

/** Hexadecimal digits of the hash that count: 48 bits, which numbers of JavaScript and of shells hold exactly. */
const HASH_DIGITS = 12;

/**
 * Reads `2/5`, or `1+1/5` where a counter begins at 0; undefined for anything but a whole number from 1 to N of at most
 * {@link MAX_SHARDS} parts.
 */
export function toShard(text: string): Shard | undefined {
  const { index, count } = toNumbers(text);
  return index >= 1 && index <= count && count <= MAX_SHARDS ? { index, count } : undefined;
}

/** As {@link toShard}; throws USAGE for what is none. */
export function parseShard(text: string): Shard {
  const shard = toShard(text);
  if (shard !== undefined) return shard;
  const { count } = toNumbers(text);
  const most = count >= 1 && count <= MAX_SHARDS ? `1/${count} to ${count}/${count}` : '1/5 to 5/5 for five parts';
  throw new PlaitError('USAGE', `--shard ${text}: not one of the parts of a run`, {
    hint: `parts are counted from 1, and there are at most ${MAX_SHARDS}: ${most}; for a counter from 0 write 0+1/5`,
  });
}

function toNumbers(text: string): Shard {
  const [, counted, more = '', count] = /^(\d{1,9})(\+1)?\/(\d{1,9})$/.exec(text) ?? [];
  return { index: Number(counted ?? 0) + Number(more), count: Number(count ?? 0) };
}

/** `2/5` */
export function formatShard({ index, count }: Shard): string {
  return `${index}/${count}`;
}

/**
 * Pure: the part of a run that `repository` belongs to. Depends on nothing but its canonical name and `count`, and stays as
 * it is from version to version: the first 12 hexadecimal digits of SHA-256 of `registry/path`, modulo `count`, plus 1.
 */
export function findShard(repository: Repository, count: number): number {
  const hash = createHash('sha256').update(formatRepository(repository)).digest('hex');
  return (Number.parseInt(hash.slice(0, HASH_DIGITS), 16) % count) + 1;
}

/** True for every repository when there is no shard. */
export function isInShard(repository: Repository, shard: Shard | null): boolean {
  return shard === null || shard.count === 1 || findShard(repository, shard.count) === shard.index;
}
