import { describe, expect, it } from 'vitest';
import type { ApplyResult, TagResult } from '../../../src/apply/apply-result.ts';
import { listReversals } from '../../../src/apply/list-reversals.ts';
import { readResultDocument } from '../../../src/apply/read-result.ts';
import { computeResultChecksum, toResultDocument } from '../../../src/apply/result-document.ts';
import type { ResultDocument } from '../../../src/apply/result-schema.ts';
import type { Digest } from '../../../src/oci/digest.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { makePlan } from '../../../src/plan/make-plan.ts';
import { digestOf, planInput } from '../../support/states.ts';

const [A, B, C] = [digestOf('a'), digestOf('b'), digestOf('c')];

function toDocument(tags: readonly Partial<TagResult>[], index: Digest | null = B): ResultDocument {
  const result: ApplyResult = {
    interrupted: false,
    changes: [
      {
        id: 'api',
        origin: 'manifests.yaml:3:5',
        repository: parseRepository('ghcr.io/acme/api'),
        index,
        tags: tags.map((tag) => ({
          name: '1',
          status: 'done',
          before: A,
          after: B,
          code: null,
          message: null,
          hint: null,
          ...tag,
        })),
      },
    ],
  };
  return toResultDocument(makePlan(planInput([])), result, { version: '1.0.0', finishedAt: 0, requests: { PUT: 1 } });
}

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

describe('what there is to bring back after an apply', () => {
  it.each<[string, Partial<TagResult>, readonly unknown[]]>([
    ['a tag that was moved', { status: 'done' }, [{ left: B, before: A }]],
    ['a tag that was created', { status: 'done', before: null }, [{ left: B, before: null }]],
    ['a tag that ended on more than was planned', { status: 'done', after: C }, [{ left: C, before: A }]],
    [
      'a push that was not confirmed',
      { status: 'failed', code: 'PUSH_UNSETTLED', after: null },
      [{ left: B, before: A }],
    ],
    ['a tag that could not be read back', { status: 'failed', code: 'TAG_UNVERIFIED' }, [{ left: B, before: A }]],
    ['not a repair', { status: 'done', before: B }, []],
    ['not a tag that was right', { status: 'already', before: B }, []],
    ['not a stale tag', { status: 'stale', before: C, after: C, code: 'TAG_STALE' }, []],
    ['not a tag that a guard held back', { status: 'blocked', after: A }, []],
    ['not a tag that somebody else has now', { status: 'failed', code: 'TAG_OVERWRITTEN', before: C, after: C }, []],
    ['not a push that was refused', { status: 'failed', code: 'REGISTRY_DENIED', after: A }, []],
    ['not what was not begun', { status: 'not-started', after: A }, []],
  ])('is %s', (_what, tag, expected) => {
    expect(listReversals(toDocument([tag]))).toMatchObject(expected);
  });

  it('is a tag that was deleted, and not one that was not', () => {
    const tags = [
      { name: '1', before: A, after: null },
      { name: '2', before: null, after: null, status: 'already' as const },
      { name: '3', before: A, after: A, status: 'failed' as const, code: 'DELETE_UNSUPPORTED' },
    ];

    expect(listReversals(toDocument(tags, null))).toMatchObject([{ tag: '1', left: null, before: A }]);
  });

  it('is a deletion that got no answer, as what the tag holds now tells', () => {
    const lost = { before: A, after: A, status: 'failed' as const, code: 'REGISTRY_UNREACHABLE' };

    expect(listReversals(toDocument([lost], null))).toMatchObject([{ left: null, before: A }]);
    expect(listReversals(toDocument([lost]))).toEqual([]);
  });
});

describe('a result file', () => {
  const document = toDocument([{}]);
  const reseal = (edit: (copy: ResultDocument) => void) => {
    const copy = structuredClone(document);
    edit(copy);
    return { ...copy, checksum: computeResultChecksum(copy) };
  };

  it('is read as it was written', () => {
    expect(readResultDocument(bytesOf(document))).toEqual(document);
  });

  it.each<[string, unknown]>([
    ['edited', { ...document, interrupted: true }],
    ['of another major version', { ...document, formatVersion: '2.0' }],
    ['without a checksum', { ...document, checksum: undefined }],
    ['with a key nobody knows', { ...document, extra: 1 }],
    ['a plan', { formatVersion: '1.0', changes: [], checksum: document.checksum }],
    ['a list', []],
    ['sealed again with no repository', reseal((copy) => Object.assign(copy.changes[0]!, { repository: '../etc' }))],
    ['sealed again with no tag', reseal((copy) => Object.assign(copy.changes[0]!.tags[0]!, { name: 'a b' }))],
    ['sealed again with a tag twice', reseal((copy) => copy.changes.push(copy.changes[0]!))],
    ['sealed again with no digest', reseal((copy) => Object.assign(copy.changes[0]!.tags[0]!, { before: 'sha256:0' }))],
  ])('is refused when it is %s', (_what, value) => {
    expect(() => readResultDocument(bytesOf(value))).toThrow(
      expect.objectContaining({ code: 'RESULT_INVALID', hint: expect.any(String) }),
    );
  });

  it.each(['', '{', '{"formatVersion":"1.0","formatVersion":"1.0"}', 'Apply: 1 tag moved'])(
    'is refused when it is %j',
    (text) => {
      expect(() => readResultDocument(new TextEncoder().encode(text))).toThrow(
        expect.objectContaining({ code: 'RESULT_INVALID', hint: expect.any(String) }),
      );
    },
  );
});
