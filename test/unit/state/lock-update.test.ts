import { describe, expect, it } from 'vitest';
import { PlaitError } from '../../../src/errors/plait-error.ts';
import { parseReference } from '../../../src/oci/reference.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import type { LockFile } from '../../../src/state/lock-file.ts';
import {
  applyReport,
  checkLock,
  type LockQuestion,
  type LockReport,
  updateLock,
} from '../../../src/state/lock-update.ts';
import { createManagedTest } from '../../../src/state/managed-tags.ts';
import type { SourceAnswer } from '../../../src/state/resolve-sources.ts';
import { declare, digestOf } from '../../support/states.ts';

const [A, B] = [digestOf('a'), digestOf('b')];
const ABSENT: SourceAnswer = { kind: 'absent' };
const FAILED: SourceAnswer = { kind: 'failed', error: new PlaitError('REGISTRY_UNREACHABLE', 'no answer') };
const found = (digest = A): SourceAnswer => ({ kind: 'found', digest });

interface Given {
  readonly pin?: typeof A;
  readonly answer?: SourceAnswer;
  readonly held?: SourceAnswer;
  readonly isOptional?: boolean;
}

/** A config with one floating source, `a.b/c:1`. */
function ask({ pin, answer, isOptional = false }: Given): LockQuestion {
  const name = 'a.b/c:1';
  return {
    lock: { sources: new Map(pin === undefined ? [] : [[name, pin]]), tags: new Map() },
    floating: [{ name, reference: parseReference(name), isOptional }],
    answers: new Map(answer === undefined ? [] : [[name, answer]]),
    isManaged: () => true,
  };
}

function summarize({ sources, failures }: LockReport): string {
  return [...sources.map(({ status }) => status), ...failures.map(({ error }) => error.code)].join(' ');
}

describe('locking a source', () => {
  it.each([
    ['pins what the tag holds', { answer: found() }, 'pinned'],
    ['keeps the pin of one that was not asked for', { pin: B }, 'kept'],
    ['updates the pin of one that was asked for', { pin: B, answer: found() }, 'updated'],
    ['keeps the pin of one that did not move', { pin: A, answer: found() }, 'kept'],
    ['keeps the pin of one that gives no answer', { pin: A, answer: FAILED }, 'kept REGISTRY_UNREACHABLE'],
    ['keeps the pin of one that is gone', { pin: A, answer: ABSENT }, 'kept SOURCE_MISSING'],
    ['fails for one that is not there', { answer: ABSENT }, 'missing SOURCE_MISSING'],
    ['needs no pin for an optional one that is not there', { answer: ABSENT, isOptional: true }, 'absent'],
    ['drops the pin of an optional one that is gone', { pin: A, answer: ABSENT, isOptional: true }, 'dropped'],
  ])('%s', (_what, given: Given, expected) => {
    expect(summarize(updateLock(ask(given)))).toBe(expected);
  });

  it('drops the pins that no image needs, and the records of tags that are not declared', () => {
    const lock: LockFile = { sources: new Map([['a.b/old:1', A]]), tags: new Map([['a.b/out:1', B]]) };
    const report = updateLock({ ...ask({ answer: found() }), lock, isManaged: () => false });

    expect(report.sources).toEqual([
      { name: 'a.b/c:1', status: 'pinned', before: null, after: A },
      { name: 'a.b/old:1', status: 'dropped', before: A, after: null },
    ]);
    expect(applyReport(lock, report)).toEqual({ sources: new Map([['a.b/c:1', A]]), tags: new Map() });
  });

  it('leaves what another run has written meanwhile', () => {
    const report = updateLock(ask({ answer: found() }));
    const current: LockFile = { sources: new Map([['a.b/new:1', B]]), tags: new Map([['a.b/out:1', B]]) };

    expect(applyReport(current, report)).toEqual({
      sources: new Map([
        ['a.b/new:1', B],
        ['a.b/c:1', A],
      ]),
      tags: current.tags,
    });
  });
});

describe('checking a source', () => {
  it.each([
    ['is content with one that did not move', { pin: A, answer: found() }, 'ok'],
    ['tells of one that moved', { pin: B, answer: found(), held: found(B) }, 'moved'],
    ['tells of one whose tag was deleted', { pin: B, answer: ABSENT, held: found(B) }, 'moved'],
    ['tells of a digest that is gone', { pin: B, answer: found(), held: ABSENT }, 'gone'],
    ['tells of one that is not pinned', { answer: found() }, 'missing'],
    ['cannot tell of one that gives no answer', { pin: A, answer: FAILED }, 'ok REGISTRY_UNREACHABLE'],
    [
      'cannot tell whether the digest is there',
      { pin: B, answer: found(), held: FAILED },
      'moved REGISTRY_UNREACHABLE',
    ],
    ['fails for one that is nowhere', { answer: ABSENT }, 'missing SOURCE_MISSING'],
    ['is content with an optional one that is nowhere', { answer: ABSENT, isOptional: true }, 'absent'],
    ['tells of an optional one that came', { answer: found(), isOptional: true }, 'missing'],
  ])('%s', (_what, given: Given, expected) => {
    const held = new Map(given.held === undefined ? [] : [['a.b/c:1', given.held]]);

    expect(summarize(checkLock(ask(given), held))).toBe(expected);
  });

  it('tells of pins and records that nothing needs', () => {
    const lock: LockFile = { sources: new Map([['a.b/old:1', A]]), tags: new Map([['a.b/out:1', B]]) };
    const report = checkLock({ ...ask({}), floating: [], lock, isManaged: () => false }, new Map());

    expect([...report.sources, ...report.tags].map(({ name, status }) => `${name} ${status}`)).toEqual([
      'a.b/old:1 unneeded',
      'a.b/out:1 unneeded',
    ]);
  });
});

describe('a tag of the lock file', () => {
  const isManaged = createManagedTest({
    declarations: [declare({ targets: [{ repository: parseRepository('a.b/c'), tags: ['1'] }] })],
    absences: [
      {
        id: 'absent',
        origin: { file: 'a', line: 1, column: 1 },
        repository: parseRepository('a.b/pr'),
        tags: ['x'],
        tagsMatching: [{ text: 'pr-*', matches: (tag) => tag.startsWith('pr-') }],
        except: [],
      },
    ],
  });

  it.each([
    ['a.b/c:1', true],
    ['a.b/c:2', false],
    ['a.b/pr:x', true],
    ['a.b/pr:pr-1', true],
    ['a.b/pr:y', false],
    ['a.b/other:pr-1', false],
  ])('is managed when the config names it, also to be gone: %s', (name, expected) => {
    expect(isManaged(name)).toBe(expected);
  });
});
