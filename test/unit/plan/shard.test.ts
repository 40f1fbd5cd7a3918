import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parseRepository } from '../../../src/oci/repository.ts';
import { findShard, formatShard, isInShard, MAX_SHARDS, parseShard } from '../../../src/plan/shard.ts';

const api = parseRepository('ghcr.io/acme/api');

describe('a shard', () => {
  it.each(['1/1', '2/5', '5/5', '1/1000', '1000/1000'])('%s is read and written', (text) => {
    expect(formatShard(parseShard(text))).toBe(text);
  });

  it.each([
    ['0+1/5', '1/5'],
    ['4+1/5', '5/5'],
  ])('%s of a counter that begins at 0 is %s', (text, expected) => {
    expect(formatShard(parseShard(text))).toBe(expected);
  });

  it.each([
    '5+1/5',
    '0+2/5',
    '0+1',
    '+1/5',
    '0/3',
    '4/3',
    '1/0',
    '0/0',
    'a/b',
    '1',
    '/',
    '1/',
    '/3',
    '-1/3',
    '1.5/3',
    '1e0/3',
    ' 1/3',
    '1/3 ',
    '1/3/5',
    '1/1001',
    '1/99999999999',
    '',
  ])('%j is none', (text) => {
    expect(() => parseShard(text)).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: expect.stringMatching(/from 1/) }),
    );
  });

  it('names the parts that there are', () => {
    expect(() => parseShard('0/3')).toThrow(expect.objectContaining({ hint: expect.stringContaining('1/3 to 3/3') }));
  });

  // These never change: two versions of Plait that run shards of one release must agree.
  it.each([
    ['ghcr.io/acme/api', 2, 1],
    ['ghcr.io/acme/api', 7, 4],
    ['ghcr.io/acme/api', 1000, 287],
    ['redis', 7, 4],
    ['docker.io/library/redis', 7, 4],
    ['localhost:5000/a', 7, 2],
  ])('of %s among %i is %i, for ever', (repository, count, expected) => {
    expect(findShard(parseRepository(repository), count)).toBe(expected);
  });

  it('is what a shell works out', () => {
    const line = 'echo $(( 0x$(printf %s ghcr.io/acme/api | sha256sum | cut -c1-12) % 7 + 1 ))';

    expect(Number(execFileSync('sh', ['-c', line], { encoding: 'utf8' }))).toBe(findShard(api, 7));
  });

  it('has about as many repositories as the others', () => {
    const counts = new Map<number, number>();
    for (let number = 0; number < 10_000; number += 1) {
      const shard = findShard(parseRepository(`ghcr.io/acme/app-${number}`), 10);
      counts.set(shard, (counts.get(shard) ?? 0) + 1);
    }

    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(Math.min(...counts.values())).toBeGreaterThan(900);
    expect(Math.max(...counts.values())).toBeLessThan(1100);
  });

  it('of one has everything, and so has none', () => {
    expect(isInShard(api, { index: 1, count: 1 })).toBe(true);
    expect(isInShard(api, null)).toBe(true);
    expect(findShard(api, MAX_SHARDS)).toBeLessThanOrEqual(MAX_SHARDS);
  });
});
