import { describe, expect, it } from 'vitest';
import type { DriftField, DriftIgnore } from '../../../src/config/run-rules.ts';
import { PlaitError } from '../../../src/errors/plait-error.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { toPlanDocument } from '../../../src/plan/document.ts';
import { planDocumentSchema } from '../../../src/plan/document-schema.ts';
import { countDrift, toDrift } from '../../../src/plan/drift.ts';
import { makePlan } from '../../../src/plan/make-plan.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import type { LiveTag } from '../../../src/state/live.ts';
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
  unreadable,
} from '../../support/states.ts';
import { readBack } from '../../support/stored-plans.ts';

const WANTED = build({ entries: [entry('linux/amd64', 'a'), entry('linux/arm64', 'b')] });
const SAME = present(WANTED.stored.manifest);
const OTHER_PLATFORM = present(indexOf([entry('linux/amd64', 'd'), entry('linux/arm64', 'b')]));
const ANNOTATED = present(
  indexOf([entry('linux/amd64', 'a'), entry('linux/arm64', 'b')], { annotations: { who: 'someone' } }),
);
const BOTH = present(
  indexOf([entry('linux/amd64', 'd'), entry('linux/arm64', 'b')], { annotations: { who: 'someone' } }),
);

/** What was found under the tags, as `plait drift` tells it. */
function drift(live: Readonly<Record<string, LiveTag>>, rules: readonly DriftIgnore[] = [], lock?: LockFile): Plan {
  const repository = parseRepository('registry.example/app');
  const declaration = declare({ targets: [{ repository, tags: Object.keys(live) }] });
  const state = imageState(declaration, WANTED, live);
  const locked = lock === undefined ? {} : { lock };
  return toDrift(makePlan(planInput([state], locked)), { rules, ...locked });
}

function rule(fields: readonly DriftField[], tag = '*'): DriftIgnore {
  const origin = { file: 'manifests.yaml', line: 9, column: 7 };
  const text = `registry.example/app:${tag}`;
  const matches = (reference: string) => tag === '*' || reference === text;
  return { origin, text, matches, fields, reason: 'trials', until: '2026-12-31' };
}

describe('what live tags differ in', () => {
  it('is nothing when they hold what is declared', () => {
    expect(countDrift(drift({ a: SAME, b: SAME }))).toEqual({
      inSync: 2,
      drift: 0,
      pending: 0,
      conflict: 0,
      adopt: 0,
      ignored: 0,
      unreadable: 0,
    });
  });

  it('is drift without a lock file, whoever is the cause', () => {
    expect(countDrift(drift({ a: ABSENT, b: OTHER_PLATFORM, c: SAME }))).toMatchObject({ drift: 2, inSync: 1 });
  });

  it('has the class that the lock file tells', () => {
    const tags = new Map([['registry.example/app:b', SAME.kind === 'present' ? SAME.digest : digestOf('0')]]);
    const found = drift({ a: ABSENT, b: OTHER_PLATFORM, c: ABSENT }, [], { ...EMPTY_LOCK, tags });

    expect(countDrift(found)).toMatchObject({ drift: 1, pending: 2 });
    expect(found.changes.map(({ class: name, tags: moves }) => [name, moves.map((move) => move.name)])).toEqual([
      ['pending', ['a', 'c']],
      ['drift', ['b']],
    ]);
  });

  it('is also what a guard would hold back, and names no allowance', () => {
    const more = present(
      indexOf([
        ...['a', 'b'].map((name, at) => entry(['linux/amd64', 'linux/arm64'][at] ?? '', name)),
        entry('linux/s390x', 'c'),
      ]),
    );
    const found = drift({ a: more });

    expect(found.blocked).toEqual([]);
    expect(found.changes.map(({ guards }) => guards)).toEqual([[]]);
    expect(countDrift(found).drift).toBe(1);
  });

  it('cannot be told of any tag of an image of which one cannot be read', () => {
    const error = new PlaitError('REGISTRY_DENIED', 'registry.example/app:a is not to be read');
    const found = drift({ a: unreadable(error), b: SAME });

    expect(countDrift(found)).toMatchObject({ unreadable: 2, drift: 0, inSync: 0 });
  });
});

describe('drift that is accepted', () => {
  it('is taken out and listed with its reason, its end and its place', () => {
    const found = drift({ a: ANNOTATED, b: SAME }, [rule(['annotations'])]);

    expect(found.changes).toEqual([]);
    expect(found.drift?.ignored).toEqual([
      expect.objectContaining({
        tags: [{ name: 'a', expect: expect.any(String) }],
        fields: ['annotations'],
        reason: 'trials',
        until: '2026-12-31',
        rule: 'manifests.yaml:9:7',
      }),
    ]);
    expect(countDrift(found)).toMatchObject({ ignored: 1, drift: 0, inSync: 1 });
  });

  it('leaves what is not accepted of the same tag, and counts the tag once', () => {
    const found = drift({ a: BOTH }, [rule(['annotations'])]);

    expect(found.changes[0]?.fields).toEqual([]);
    expect(found.changes[0]?.platforms.map(({ action }) => action)).toContain('update');
    expect(found.drift?.ignored).toHaveLength(1);
    expect(countDrift(found)).toMatchObject({ drift: 1, ignored: 0 });
  });

  it('concerns only the tags that the rule names', () => {
    const found = drift({ a: ANNOTATED, b: ANNOTATED }, [rule(['annotations'], 'b')]);

    expect(found.changes.flatMap(({ tags }) => tags.map(({ name }) => name))).toEqual(['a']);
    expect(countDrift(found)).toMatchObject({ drift: 1, ignored: 1 });
  });

  it.each([
    ['a tag that is gone', ABSENT],
    ['another platform', OTHER_PLATFORM],
    ['other annotations', ANNOTATED],
  ])('is everything of a tag with the field tag: %s', (_what, live) => {
    expect(countDrift(drift({ a: live }, [rule(['tag'])]))).toMatchObject({ drift: 0, ignored: 1 });
  });

  it.each<[string, LiveTag, DriftField]>([
    ['a tag that is gone', ABSENT, 'platforms'],
    ['another platform', OTHER_PLATFORM, 'annotations'],
    ['other annotations', ANNOTATED, 'platforms'],
    ['other annotations', ANNOTATED, 'attestations'],
  ])('is not what another field says: %s with %s', (_what, live, field) => {
    const found = drift({ a: live }, [rule([field])]);

    expect(countDrift(found)).toMatchObject({ drift: 1, ignored: 0 });
    expect(found.drift?.ignored).toEqual([]);
  });

  it('adds up over several rules', () => {
    const found = drift({ a: BOTH }, [rule(['annotations']), rule(['platforms'])]);

    expect(found.changes).toEqual([]);
    expect(found.drift?.ignored.map(({ fields }) => fields)).toEqual([['annotations'], ['platforms']]);
    expect(countDrift(found).ignored).toBe(1);
  });
});

describe('the document of a drift', () => {
  it('is a plan document that says that it is not to be applied, and reads back as it was', () => {
    const found = drift({ a: BOTH, b: ABSENT, c: ANNOTATED }, [rule(['annotations'])]);
    const document = planDocumentSchema.parse(toPlanDocument(found, FACTS));

    expect(document.status.applyable).toBe(false);
    expect(document.drift?.tags).toEqual(countDrift(found));
    expect(readBack(document).plan).toEqual({ ...found, indexes: new Map() });
  });
});

const FACTS = { version: '0.0.0', createdAt: 0, configSha256: 'ab', gitCommit: null, requests: {} };
