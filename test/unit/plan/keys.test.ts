import { describe, expect, it } from 'vitest';
import { PlaitError } from '../../../src/errors/plait-error.ts';
import { toPlanDocument } from '../../../src/plan/document.ts';
import { makePlan } from '../../../src/plan/make-plan.ts';
import type { ImageState } from '../../../src/state/read-state.ts';
import {
  attestation,
  build,
  declare,
  entry,
  FACTS,
  imageState,
  indexOf,
  planInput,
  present,
  readIndex,
} from '../../support/states.ts';
import { readVerified } from '../../support/stored-plans.ts';

const AMD64 = entry('linux/amd64', 'a');
const ARM64 = entry('linux/arm64', 'b');
const plan = (...states: ImageState[]) => makePlan(planInput(states));

describe('compare', () => {
  const live = { '1.0.0': present(indexOf([ARM64, AMD64])) };
  const content = build({ entries: [AMD64, ARM64] });

  it('takes what means the same for the same, unless told otherwise', () => {
    expect(plan(imageState(declare(), content, live)).changes).toEqual([]);
  });

  it('by bytes shows that only the bytes differ', () => {
    const result = plan(imageState(declare({ compare: 'bytes' }), content, live));

    expect(result.changes[0]?.fields).toEqual([
      { field: 'encoding', key: '', before: live['1.0.0'].digest, after: content.stored.digest },
    ]);
    expect(result.changes[0]?.platforms.every((row) => row.action === 'keep')).toBe(true);
  });

  it('by bytes is content with the very same bytes', () => {
    const same = { '1.0.0': present(content.stored.manifest) };
    expect(plan(imageState(declare({ compare: 'bytes' }), content, same)).changes).toEqual([]);
  });
});

describe('order', () => {
  const order = (state: ImageState) => {
    const result = plan(state);
    return readIndex(result, result.changes[0]?.index)?.manifests.map((child) => child.digest) ?? [];
  };
  const S390X = entry('linux/s390x', 'c');

  it('is as declared, with what is kept behind', () => {
    const declaration = declare({ unmanagedPlatforms: 'keep' });
    const live = { '1.0.0': present(indexOf([AMD64])) };

    expect(order(imageState(declaration, build({ entries: [S390X, ARM64] }), live))).toEqual(
      [S390X, ARM64, AMD64].map((child) => child.digest),
    );
  });

  it('is by platform when canonical, attestations behind in the same order', () => {
    const declaration = declare({ unmanagedPlatforms: 'keep', order: 'canonical' });
    const live = { '1.0.0': present(indexOf([AMD64, attestation('a', '1')])) };
    const content = build({ entries: [S390X, ARM64], attestations: [attestation('c', '3'), attestation('b', '2')] });

    expect(order(imageState(declaration, content, live))).toEqual(
      [AMD64, ARM64, S390X, attestation('a', '1'), attestation('b', '2'), attestation('c', '3')].map(
        (child) => child.digest,
      ),
    );
  });
});

describe('onMissingSource', () => {
  const missing = new PlaitError('SOURCE_MISSING', 'registry.example/app:build does not exist');
  const fail = (error: PlaitError) => ({ failures: [{ reference: 'registry.example/app:build', error }] });
  const skip = declare({ onMissingSource: 'skipImage' });

  it('is an error unless told otherwise', () => {
    expect(plan(imageState(declare(), fail(missing), {})).unreadable).toHaveLength(1);
  });

  it('is a notice under skipImage, and the tags stay', () => {
    expect(plan(imageState(skip, fail(missing), {}))).toMatchObject({
      unreadable: [],
      changes: [],
      notices: [{ code: 'SOURCE_MISSING', message: expect.stringContaining('left as it is') }],
    });
  });

  it('is still an error when the source could not be read', () => {
    const denied = new PlaitError('REGISTRY_DENIED', 'no');
    expect(plan(imageState(skip, fail(denied), {})).unreadable).toHaveLength(1);
  });
});

describe('children that are gone', () => {
  const content = build({ entries: [AMD64, ARM64], source: 'other.example/build:1' });
  const holding = (manifests: readonly (typeof AMD64)[], missing: readonly (typeof AMD64)[]) => {
    const live = present(indexOf(manifests));
    const stored = build({ entries: manifests }).stored;
    return { ...live, missing: missing.map((child) => child.digest), content: { manifest: stored.manifest, stored } };
  };

  it('are copied again, and no tag moves', () => {
    const live = holding([AMD64, ARM64], [ARM64]);
    const result = plan(imageState(declare(), content, { '1.0.0': live }));

    expect(result.changes).toMatchObject([
      { action: 'repair', index: live.digest, tags: [{ name: '1.0.0', expect: live.digest }] },
    ]);
    expect(result.changes[0]?.copies.map((copy) => copy.digest)).toEqual([ARM64.digest]);
    expect(result.changes[0]?.platforms.map((row) => `${row.action} ${row.platform}`)).toEqual([
      'keep linux/amd64',
      'restore linux/arm64',
    ]);
  });

  it('make a plan that can be saved', () => {
    const result = plan(imageState(declare(), content, { '1.0.0': holding([AMD64, ARM64], [ARM64]) }));
    expect(readVerified(toPlanDocument(result, FACTS)).indexes.size).toBe(1);
  });

  it('are restored in the index as it stands when it only means the same', () => {
    const live = holding([ARM64, AMD64], [ARM64]);
    const result = plan(imageState(declare(), content, { '1.0.0': live }));

    expect(result.changes).toMatchObject([{ action: 'repair', index: live.digest }]);
    expect(live.digest).not.toBe(content.stored.digest);
  });

  it('come back with an update of the tag', () => {
    const live = holding([entry('linux/amd64', 'd'), ARM64], [ARM64]);
    const result = plan(imageState(declare(), content, { '1.0.0': live }));

    expect(result.changes).toMatchObject([{ action: 'update' }]);
    expect(result.changes[0]?.copies.map((copy) => copy.digest).sort()).toEqual([AMD64.digest, ARM64.digest]);
  });

  it('that no source brings back are told, and nothing is published', () => {
    const keep = declare({ unmanagedPlatforms: 'keep' });
    const S390X = entry('linux/s390x', 'c');
    const live = holding([AMD64, ARM64, S390X], [S390X]);
    const result = plan(imageState(keep, content, { '1.0.0': live }));

    expect(result.changes).toEqual([]);
    expect(result.unreadable).toMatchObject([
      { code: 'CHILD_MISSING', message: expect.stringContaining('linux/s390x (ccccccc)') },
    ]);
  });

  it('do not matter when the tag does not keep them', () => {
    const live = holding([AMD64, ARM64, entry('windows/amd64', 'f')], [entry('windows/amd64', 'f')]);
    const declaration = declare({ guards: { ...declare().guards, maxPlatformRemovals: 1 } });

    expect(plan(imageState(declaration, content, { '1.0.0': live }))).toMatchObject({
      unreadable: [],
      changes: [{ action: 'update' }],
    });
  });
});
