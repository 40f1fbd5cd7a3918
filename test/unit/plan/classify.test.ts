import { describe, expect, it } from 'vitest';
import type { Digest } from '../../../src/oci/digest.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { classifyTag } from '../../../src/plan/classify.ts';
import { makePlan } from '../../../src/plan/make-plan.ts';
import { EMPTY_LOCK, type LockFile } from '../../../src/state/lock-file.ts';
import {
  ABSENT,
  build,
  declare,
  digestOf,
  entry,
  imageState,
  indexOf,
  planInput,
  present,
} from '../../support/states.ts';

const [K, L, D] = ['a', 'b', 'c'].map(digestOf) as [Digest, Digest, Digest];

describe('a tag that is not as wanted', () => {
  it.each([
    ['we left it so, and the config changed', { locked: K, live: K, wanted: D }, 'pending'],
    ['someone moved it away from what is wanted', { locked: K, live: L, wanted: K }, 'drift'],
    ['someone moved it, and the config changed', { locked: K, live: L, wanted: D }, 'conflict'],
    ['it exists and was never recorded', { locked: undefined, live: L, wanted: D }, 'adopt'],
    ['it is new', { locked: undefined, live: null, wanted: D }, 'pending'],
    ['someone deleted it', { locked: K, live: null, wanted: K }, 'drift'],
    ['someone deleted it, and the config changed', { locked: K, live: null, wanted: D }, 'conflict'],
    ['an image below it is gone', { locked: K, live: K, wanted: K }, 'drift'],
    ['an image below it is gone, and it was never recorded', { locked: undefined, live: L, wanted: L }, 'adopt'],
    ['it is to be deleted as we left it', { locked: K, live: K, wanted: null }, 'pending'],
    ['it is to be deleted, and someone moved it', { locked: K, live: L, wanted: null }, 'conflict'],
    ['it is to be deleted and was never recorded', { locked: undefined, live: L, wanted: null }, 'adopt'],
  ])('has a class: %s', (_what, sides, expected) => {
    expect(classifyTag(sides)).toBe(expected);
  });
});

describe('a change', () => {
  const wanted = build({ entries: [entry('linux/amd64', '1')] });
  const old = present(indexOf([entry('linux/amd64', '2')]));
  const foreign = present(indexOf([entry('linux/amd64', '3')]));
  const tags = ['1', '2', '3'];
  const image = () =>
    imageState(declare({ targets: [{ repository: parseRepository('registry.example/app'), tags }] }), wanted, {
      1: old,
      2: old,
      3: foreign,
    });
  const lockOf = (digests: Readonly<Record<string, Digest>>): LockFile => ({
    ...EMPTY_LOCK,
    tags: new Map(Object.entries(digests).map(([tag, digest]) => [`registry.example/app:${tag}`, digest])),
  });
  const classify = (lock?: LockFile) => {
    const plan = makePlan(planInput([image()], lock === undefined ? {} : { lock }));
    return plan.changes.map((change) => change.class);
  };

  it('has no class without a lock file', () => {
    expect(classify()).toEqual([undefined]);
  });

  it.each([
    ['pending', { 1: old.digest, 2: old.digest, 3: foreign.digest }],
    ['adopt', { 1: old.digest, 2: old.digest }],
    ['drift', { 1: old.digest, 3: wanted.stored.digest }],
    ['conflict', { 1: old.digest, 2: wanted.stored.digest, 3: old.digest }],
  ])('has the most severe class of its tags: %s', (expected, digests) => {
    expect(classify(lockOf(digests))).toEqual([expected]);
  });

  it('has a class too when a guard holds it back', () => {
    const live = present(indexOf([entry('linux/amd64', '1'), entry('linux/arm64', '2')]));
    const plan = makePlan(planInput([imageState(declare(), wanted, { '1.0.0': live })], { lock: EMPTY_LOCK }));

    expect(plan.blocked.map((change) => change.class)).toEqual(['adopt']);
  });

  it('is pending when the tag is new', () => {
    const plan = makePlan(planInput([imageState(declare(), wanted, { '1.0.0': ABSENT })], { lock: EMPTY_LOCK }));

    expect(plan.changes).toMatchObject([{ action: 'create', class: 'pending' }]);
  });
});
