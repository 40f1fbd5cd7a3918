import { describe, expect, it } from 'vitest';
import { PlaitError } from '../../../src/errors/plait-error.ts';
import { toStoredIndex } from '../../../src/oci/index-bytes.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { planRollback } from '../../../src/plan/plan-rollback.ts';
import type { CopiedContent } from '../../../src/state/desired.ts';
import type { LiveTag } from '../../../src/state/live.ts';
import type { Reversal, ReversalState } from '../../../src/state/read-reversals.ts';
import { digestOf, entry, indexOf } from '../../support/states.ts';

const repository = parseRepository('registry.example/app');
const OLD = toStoredIndex(indexOf([entry('linux/amd64', '1')]));
const NEW = toStoredIndex(indexOf([entry('linux/amd64', '2'), entry('linux/arm64', '3')]));
const ELSE = digestOf('e');

const content: CopiedContent = { kind: 'copy', source: { repository, digest: OLD.digest }, stored: OLD };
const live: Exclude<LiveTag, { kind: 'unreadable' }> = {
  kind: 'present',
  digest: NEW.digest,
  mediaType: NEW.mediaType,
  size: NEW.bytes.length,
  content: { manifest: NEW.manifest },
};

function reverse(tag: string, more: Partial<Reversal> = {}): Reversal {
  return { id: 'app', origin: 'manifests.yaml:3:5', repository, tag, left: NEW.digest, before: OLD.digest, ...more };
}

const updated = (tag: string): ReversalState => ({ kind: 'ready', reversal: reverse(tag), live, content });
const deleted = (tag: string): ReversalState => ({
  kind: 'ready',
  reversal: reverse(tag, { left: null }),
  live: { kind: 'absent' },
  content,
});
const created = (tag: string): ReversalState => ({
  kind: 'ready',
  reversal: reverse(tag, { before: null }),
  live,
  content: undefined,
});

const plan = (states: readonly ReversalState[], deletes = false) =>
  planRollback({ states, mayDelete: () => deletes, scope: { targets: [], exclude: [], selector: null, shard: null } });

describe('the plan of a rollback', () => {
  it('moves the tags of one index in one change, each from what the apply left', () => {
    const { changes, indexes } = plan([updated('1'), updated('latest')]);

    expect(changes).toMatchObject([
      {
        action: 'update',
        index: OLD.digest,
        tags: [
          { name: '1', expect: NEW.digest },
          { name: 'latest', expect: NEW.digest },
        ],
      },
    ]);
    expect([...indexes.keys()]).toEqual([OLD.digest]);
  });

  it('says that the platforms which go are allowed to, and by what', () => {
    expect(plan([updated('1')]).changes[0]?.guards).toMatchObject([
      { guard: 'platform-removal', result: 'allowed', message: 'would lose linux/arm64', by: 'plait rollback' },
    ]);
  });

  it('tells the platforms of a tag that comes back beside one that moves from the one that is there', () => {
    const rows = plan([deleted('1'), updated('latest')]).changes[0]?.platforms;

    expect(rows?.map(({ platform, action }) => [platform, action])).toEqual([
      ['linux/amd64', 'update'],
      ['linux/arm64', 'remove'],
    ]);
  });

  it('creates a tag that was deleted, only where there is none', () => {
    expect(plan([deleted('1')]).changes).toMatchObject([{ action: 'create', tags: [{ name: '1', expect: null }] }]);
  });

  it('deletes a tag that was created, only while it holds what was created', () => {
    expect(plan([created('1')], true).changes).toMatchObject([
      { action: 'delete', index: null, tags: [{ name: '1', expect: NEW.digest }] },
    ]);
  });

  it('leaves a tag that was created where no tag is deleted, and tells how to change that', () => {
    const { changes, notices } = plan([created('1')]);

    expect(changes).toEqual([]);
    expect(notices).toMatchObject([{ code: 'rollback-created', message: expect.stringContaining('deletes: tag') }]);
  });

  it('leaves a tag that holds something else by now', () => {
    const { changes, notices } = plan([{ kind: 'moved', reversal: reverse('1'), now: ELSE }, updated('2')]);

    expect(changes).toMatchObject([{ tags: [{ name: '2' }] }]);
    expect(notices).toMatchObject([{ code: 'rollback-moved' }]);
  });

  it('counts a tag that is back as unchanged, and one that is gone again as nothing', () => {
    const { unchanged } = plan([
      { kind: 'back', reversal: reverse('1') },
      { kind: 'back', reversal: reverse('2', { before: null }) },
    ]);

    expect(unchanged).toMatchObject([{ tags: [{ name: '1', digest: OLD.digest }] }]);
  });

  it('lists what could not be read, with the tag that stays for it', () => {
    const error = new PlaitError('CHILD_MISSING', 'gone');
    const { changes, unreadable } = plan([{ kind: 'failed', reversal: reverse('1'), error }]);

    expect(changes).toEqual([]);
    expect(unreadable).toMatchObject([{ code: 'CHILD_MISSING', left: ['registry.example/app:1'] }]);
  });

  it('is the same in whatever order the tags are', () => {
    const other = { repository: parseRepository('registry.example/aaa') };
    const states: readonly ReversalState[] = [
      updated('2'),
      { kind: 'ready', reversal: reverse('9', other), live, content },
      { kind: 'moved', reversal: reverse('7'), now: null },
    ];

    expect(plan(states)).toEqual(plan(states.toReversed()));
  });
});
