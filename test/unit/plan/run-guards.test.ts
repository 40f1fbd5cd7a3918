import { describe, expect, it } from 'vitest';
import type { DeclaredAbsence } from '../../../src/config/declaration.ts';
import { type ChangeLimit, DEFAULT_RUN_GUARDS } from '../../../src/config/run-rules.ts';
import { PlaitError } from '../../../src/errors/plait-error.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { parseAllowance } from '../../../src/plan/allowance.ts';
import { makePlan, type PlanInput } from '../../../src/plan/make-plan.ts';
import { type Plan, summarize } from '../../../src/plan/plan.ts';
import type { LiveTag } from '../../../src/state/live.ts';
import type { AbsenceState } from '../../../src/state/read-absences.ts';
import {
  ABSENT,
  build,
  declare,
  entry,
  imageState,
  indexOf,
  planInput,
  present,
  unreadable,
} from '../../support/states.ts';

const OLD = present(indexOf([entry('linux/amd64', 'd')]));
const NEW = build({ entries: [entry('linux/amd64', 'a')] });
const SAME = present(NEW.stored.manifest);
const REPOSITORY = parseRepository('registry.example/app');

/** A run over tags t0, t1, …: the first `moved` of them have to move, the others are as they should be. */
function run(moved: number, total: number, more: Partial<PlanInput> & { readonly updates?: ChangeLimit } = {}): Plan {
  const states = Array.from({ length: total }, (_, position) => {
    const name = `t${position}`;
    const declaration = declare({ id: name, targets: [{ repository: REPOSITORY, tags: [name] }] });
    return imageState(declaration, NEW, { [name]: position < moved ? OLD : SAME });
  });
  const guards = { ...DEFAULT_RUN_GUARDS, ...(more.updates === undefined ? {} : { updates: more.updates }) };
  return makePlan(planInput(states, { guards, ...more }));
}

describe('a limit on the updates of a run', () => {
  it('lets as many through as it says', () => {
    expect(run(5, 10, { updates: { count: 5, from: 10 } }).blocked).toEqual([]);
  });

  it('holds all of them back past its count', () => {
    const result = run(6, 10, { updates: { count: 5, from: 10 } });

    expect(result.changes).toEqual([]);
    expect(result.blocked).toHaveLength(6);
    expect(result.blocked[0]?.guards).toEqual([
      {
        guard: 'updates',
        result: 'blocked',
        message: 'the run would update 6 of 10 tags, more than 5',
        by: "--allow 'updates=**'",
      },
    ]);
  });

  it('holds all of them back past its percentage', () => {
    expect(run(31, 100, { updates: { percent: 30, from: 10 } }).blocked).toHaveLength(31);
    expect(run(30, 100, { updates: { percent: 30, from: 10 } }).blocked).toEqual([]);
  });

  it('looks at the percentage only from some number of changes on', () => {
    expect(run(9, 10, { updates: { percent: 30, from: 10 } }).blocked).toEqual([]);
    expect(run(10, 11, { updates: { percent: 30, from: 10 } }).blocked).toHaveLength(10);
  });

  it('lets through what an allowance names, and nothing else', () => {
    const allowances = [parseAllowance('updates=registry.example/app:t0')];
    const result = run(6, 10, { updates: { count: 5, from: 10 }, allowances });

    expect(result.changes.map((change) => change.id)).toEqual(['t0']);
    expect(result.blocked).toHaveLength(5);
  });

  it('lets everything through that the flag it names allows', () => {
    const allowances = [parseAllowance('updates=**')];
    expect(run(6, 10, { updates: { count: 5, from: 10 }, allowances }).blocked).toEqual([]);
  });

  it('does not count new tags', () => {
    const states = ['a', 'b', 'c'].map((name) =>
      imageState(declare({ id: name, targets: [{ repository: REPOSITORY, tags: [name] }] }), NEW, {}),
    );
    const guards = { ...DEFAULT_RUN_GUARDS, updates: { count: 0, from: 10 } };
    expect(makePlan(planInput(states, { guards })).blocked).toEqual([]);
  });
});

const DOOMED: DeclaredAbsence = {
  id: 'absent registry.example/app',
  origin: { file: 'manifests.yaml', line: 9, column: 5 },
  repository: REPOSITORY,
  tags: ['old', 'older'],
  tagsMatching: [],
  except: [],
};

function remove(live: Readonly<Record<string, LiveTag>>, more: Partial<PlanInput> = {}): Plan {
  const tags = Object.entries(live).map(([name, held]) => ({ name, live: held }));
  const absences: readonly AbsenceState[] = [{ kind: 'read', absence: DOOMED, tags }];
  return makePlan(planInput([], { absences, mayDelete: () => true, ...more }));
}

describe('tags that are to be gone', () => {
  it('are deleted in one change, each while it holds what was seen', () => {
    const result = remove({ old: OLD, older: SAME });

    expect(result.changes).toMatchObject([
      {
        action: 'delete',
        index: null,
        platforms: [],
        tags: [
          { name: 'old', expect: OLD.digest },
          { name: 'older', expect: SAME.digest },
        ],
      },
    ]);
    expect(summarize(result).delete).toBe(1);
  });

  it('are no change when they are gone', () => {
    expect(remove({ old: ABSENT, older: ABSENT })).toMatchObject({ changes: [], blocked: [], unreadable: [] });
  });

  it('stay when they cannot be read, and that is told', () => {
    const error = new PlaitError('REGISTRY_DENIED', 'no');
    const result = remove({ old: unreadable(error), older: OLD });

    expect(result.unreadable).toMatchObject([{ reference: 'registry.example/app:old', code: 'REGISTRY_DENIED' }]);
    expect(result.changes[0]?.tags.map((tag) => tag.name)).toEqual(['older']);
  });

  it('stay all when the repository cannot be listed', () => {
    const absences: readonly AbsenceState[] = [
      { kind: 'failed', absence: DOOMED, error: new PlaitError('REGISTRY_DENIED', 'no') },
    ];
    const result = makePlan(planInput([], { absences, mayDelete: () => true }));

    expect(result.changes).toEqual([]);
    expect(result.unreadable).toMatchObject([
      { left: ['registry.example/app:old', 'registry.example/app:older'], code: 'REGISTRY_DENIED' },
    ]);
  });

  it('stay where the settings of the registry do not let them be deleted', () => {
    const result = remove({ old: OLD }, { mayDelete: () => false, allowances: [parseAllowance('deletes=**')] });

    expect(result.changes).toEqual([]);
    expect(result.blocked[0]?.guards).toMatchObject([
      { guard: 'deletes', result: 'blocked', by: 'deletes: tag  for registry.example under registries' },
    ]);
  });

  it('stay when the run would delete more than its limit', () => {
    const guards = { ...DEFAULT_RUN_GUARDS, deletes: { percent: 0, count: 1, from: 10 } };
    const all = { old: OLD, older: OLD };

    expect(remove({ old: OLD }, { guards }).blocked).toEqual([]);
    expect(remove(all, { guards }).blocked).toHaveLength(1);
    expect(remove(all, { guards, allowances: [parseAllowance('deletes=**')] }).blocked).toEqual([]);
  });
});

describe('a change that another guard holds back', () => {
  it('does not count against the limit of the run', () => {
    const free = declare({ id: 'b', targets: [{ repository: REPOSITORY, tags: ['b'] }] });
    const held = declare({ id: 'a', protect: true, targets: [{ repository: REPOSITORY, tags: ['a'] }] });
    const states = [imageState(held, NEW, { a: OLD }), imageState(free, NEW, { b: OLD })];
    const guards = { ...DEFAULT_RUN_GUARDS, updates: { count: 1, from: 10 } };

    expect(makePlan(planInput(states, { guards })).changes.map((change) => change.id)).toEqual(['b']);
  });
});
