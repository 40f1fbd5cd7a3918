import { describe, expect, it } from 'vitest';
import type { ApplyResult, TagStatus } from '../../../src/apply/apply-result.ts';
import { addNews, collectNews } from '../../../src/apply/lock-news.ts';
import { type Digest, shortDigest } from '../../../src/oci/digest.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { makePlan } from '../../../src/plan/make-plan.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { EMPTY_LOCK, type LockFile } from '../../../src/state/lock-file.ts';
import { digestOf, planInput } from '../../support/states.ts';

const [A, B, C] = ['a', 'b', 'c'].map(digestOf) as [Digest, Digest, Digest];
const repository = parseRepository('a.b/out');

const plan: Plan = {
  ...makePlan(planInput([])),
  unchanged: [{ id: 'same', repository, tags: [{ name: 'same', digest: B }] }],
  sources: ['app', 'same', 'held'].map((id) => ({ id, name: `a.b/${id}:ci`, digest: C })),
};

function resultOf(status: TagStatus, index: Digest | null = A): ApplyResult {
  const tag = { name: '1', before: B, code: null, message: null, hint: null };
  const after = status === 'done' || status === 'already' ? index : B;
  return {
    interrupted: false,
    changes: [{ id: 'app', origin: 'a:1:1', repository, index, tags: [{ ...tag, status, after }] }],
  };
}

/** `name digest` of each entry, the digest in short. */
function list({ sources, tags }: LockFile): readonly string[] {
  return [...sources, ...tags].map(([name, digest]) => `${name} ${shortDigest(digest).slice(0, 1)}`).sort();
}

function record(result: ApplyResult, current: LockFile = EMPTY_LOCK, before = current): readonly string[] {
  return list(addNews(current, collectNews(plan, result), before));
}

describe('what an apply has to say for the lock file', () => {
  it.each(['done', 'already'] as const)('is what it published and what that was made of: %s', (status) => {
    expect(record(resultOf(status))).toEqual(['a.b/app:ci c', 'a.b/out:1 a', 'a.b/out:same b', 'a.b/same:ci c']);
  });

  it.each(['failed', 'stale', 'not-started'] as const)('is nothing of what was not done: %s', (status) => {
    expect(record(resultOf(status))).toEqual(['a.b/out:same b', 'a.b/same:ci c']);
  });

  it('replaces what was recorded before, and leaves the rest', () => {
    const before: LockFile = {
      sources: new Map([['a.b/app:ci', A]]),
      tags: new Map([
        ['a.b/out:1', B],
        ['a.b/other:1', B],
      ]),
    };

    expect(record(resultOf('done'), before)).toEqual([
      'a.b/app:ci c',
      'a.b/other:1 b',
      'a.b/out:1 a',
      'a.b/out:same b',
      'a.b/same:ci c',
    ]);
  });

  it('takes the record of a deleted tag away', () => {
    const before: LockFile = { sources: new Map(), tags: new Map([['a.b/out:1', B]]) };

    expect(record(resultOf('done', null), before)).not.toContain('a.b/out:1 b');
  });

  it('does not undo what another run recorded of a tag that this one only looked at', () => {
    const current: LockFile = { sources: new Map(), tags: new Map([['a.b/out:same', C]]) };

    expect(record(resultOf('failed'), current, EMPTY_LOCK)).toContain('a.b/out:same c');
  });
});
