import { describe, expect, it } from 'vitest';
import { PlaitError } from '../../../src/errors/plait-error.ts';
import { parsePlatform } from '../../../src/oci/platform.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { parseAllowance } from '../../../src/plan/allowance.ts';
import { makePlan } from '../../../src/plan/make-plan.ts';
import { type Plan, summarize } from '../../../src/plan/plan.ts';
import type { ImageState } from '../../../src/state/read-state.ts';
import {
  attestation,
  build,
  declare,
  digestOf,
  entry,
  imageState,
  indexOf,
  NO_GUARDS,
  planInput,
  present,
  readIndex,
  unreadable,
} from '../../support/states.ts';

const AMD64 = entry('linux/amd64', 'a');
const ARM64 = entry('linux/arm64', 'b');
const S390X = entry('linux/s390x', 'c');
const target = (...tags: string[]) => [{ repository: parseRepository('registry.example/app'), tags }];

function plan(states: readonly ImageState[], ...allow: string[]): Plan {
  return makePlan(planInput(states, { allowances: allow.map(parseAllowance) }));
}

function rows(result: Plan): readonly string[] {
  return result.changes.flatMap((change) =>
    change.platforms.map((row) => `${row.action} ${row.platform} ${row.reason}`),
  );
}

describe('a tag that does not exist', () => {
  it('is created with every platform', () => {
    const result = plan([imageState(declare(), build({ entries: [AMD64, ARM64] }), {})]);

    expect(result.changes).toMatchObject([{ action: 'create', tags: [{ name: '1.0.0', expect: null }] }]);
    expect(rows(result)).toEqual(['add linux/amd64 new', 'add linux/arm64 new']);
  });

  it('joins the tags of one image in one change', () => {
    const declaration = declare({ targets: target('1.0.0', '1', 'latest') });
    const live = { latest: present(indexOf([AMD64])) };
    const result = plan([imageState(declaration, build({ entries: [AMD64, ARM64] }), live)]);

    expect(result.changes).toHaveLength(1);
    expect(result.changes[0]).toMatchObject({ action: 'update', tags: [{ expect: null }, { expect: null }, {}] });
    expect(result.changes[0]?.tags[2]?.expect).toBe(live.latest.digest);
  });
});

describe('a tag that holds what is wanted', () => {
  it('is unchanged when only order, spacing and spelling differ', () => {
    const live = present(
      indexOf([{ ...ARM64, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } }, AMD64]),
    );
    const result = plan([imageState(declare(), build({ entries: [AMD64, ARM64] }), { '1.0.0': live })]);

    expect(summarize(result)).toMatchObject({ create: 0, update: 0, unchanged: 1 });
  });

  it('keeps what is not modelled without calling it a change', () => {
    const live = present(indexOf([{ ...AMD64, artifactType: 'application/x', urls: ['https://example.com/x'] }]));
    const result = plan([imageState(declare(), build({ entries: [AMD64] }), { '1.0.0': live })]);

    expect(result.changes).toEqual([]);
  });
});

describe('a tag that holds something else', () => {
  it('shows which platform moved and which stays', () => {
    const live = present(indexOf([AMD64, entry('linux/arm64', 'd')]));
    const result = plan([imageState(declare(), build({ entries: [AMD64, ARM64] }), { '1.0.0': live })]);

    expect(rows(result)).toEqual(['keep linux/amd64 unchanged', 'update linux/arm64 source-moved']);
    expect(result.changes[0]?.platforms[1]).toMatchObject({ before: digestOf('d'), after: digestOf('b') });
  });

  it('takes an added os.version as an update of the platform, not as a loss', () => {
    const live = present(indexOf([AMD64, ARM64]));
    const versioned = { ...ARM64, platform: parsePlatform('linux(ubuntu22.04)/arm64') };
    const result = plan([imageState(declare(), build({ entries: [AMD64, versioned] }), { '1.0.0': live })]);

    expect(rows(result)).toEqual(['keep linux/amd64 unchanged', 'update linux(ubuntu22.04)/arm64 platform-changed']);
    expect(result.blocked).toEqual([]);
  });

  it('takes a Windows revision as an update and another Windows build as a loss', () => {
    const live = present(indexOf([entry('windows(10.0.20348.1)/amd64', 'd')]));
    const revised = build({ entries: [entry('windows(10.0.20348.2)/amd64', 'e')] });
    const rebuilt = build({ entries: [entry('windows(10.0.26100.1)/amd64', 'e')] });

    expect(plan([imageState(declare(), revised, { '1.0.0': live })]).blocked).toEqual([]);
    expect(plan([imageState(declare(), rebuilt, { '1.0.0': live })]).blocked).toHaveLength(1);
  });

  it('shows annotations and the media type that differ', () => {
    const live = present(indexOf([AMD64], { mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json' }));
    const result = plan([
      imageState(declare(), build({ entries: [AMD64], annotations: { a: '1' } }), { '1.0.0': live }),
    ]);

    expect(result.changes[0]?.fields).toMatchObject([
      { field: 'media-type' },
      { field: 'annotations', key: 'a', before: null, after: '1' },
    ]);
  });

  it('counts a single image in the place of the index as its platform', () => {
    const { content: _none, ...head } = present(indexOf([]));
    const manifest = { kind: 'image' as const, mediaType: AMD64.mediaType as never, config: AMD64, layers: [] };
    const live = { ...head, digest: digestOf('a'), content: { manifest, platform: parsePlatform('linux/amd64') } };
    const result = plan([imageState(declare(), build({ entries: [AMD64, ARM64] }), { '1.0.0': live })]);

    expect(rows(result)).toEqual(['keep linux/amd64 unchanged', 'add linux/arm64 new']);
  });
});

describe('a platform that is live and not declared', () => {
  const live = { '1.0.0': present(indexOf([AMD64, ARM64, S390X])) };
  const content = build({ entries: [AMD64, ARM64] });

  it('blocks the change and names the allowance', () => {
    const result = plan([imageState(declare(), content, live)]);

    expect(summarize(result)).toMatchObject({ update: 0, blocked: 1 });
    expect(result.blocked[0]?.guards).toMatchObject([
      { result: 'blocked', by: '--allow platform-removal=registry.example/app:1.0.0' },
    ]);
  });

  it('is removed with an allowance for the tag, which is recorded', () => {
    const result = plan([imageState(declare(), content, live)], 'platform-removal=registry.example/app:*');

    expect(rows(result)).toContain('remove linux/s390x undeclared');
    expect(result.changes[0]?.guards).toMatchObject([
      { result: 'allowed', by: '--allow platform-removal=registry.example/app:*' },
    ]);
  });

  it('stays blocked with an allowance for another tag', () => {
    const result = plan([imageState(declare(), content, live)], 'platform-removal=registry.example/app:2.*');

    expect(result.blocked).toHaveLength(1);
  });

  it('is removed when the image allows as many removals', () => {
    const result = plan([imageState(declare({ guards: { ...NO_GUARDS, maxPlatformRemovals: 1 } }), content, live)]);

    expect(result.changes).toHaveLength(1);
  });

  it('stays under unmanagedPlatforms: keep, with its attestation and the live annotations', () => {
    const tag = present(indexOf([AMD64, S390X, attestation('c', 'e')], { annotations: { theirs: 'x' } }));
    const declaration = declare({ unmanagedPlatforms: 'keep' });
    const result = plan([imageState(declaration, content, { '1.0.0': tag })]);
    const [change] = result.changes;

    expect(rows(result)).toEqual(['keep linux/amd64 unchanged', 'add linux/arm64 new', 'keep linux/s390x unmanaged']);
    expect(readIndex(result, change?.index)).toMatchObject({
      annotations: { theirs: 'x' },
      manifests: [AMD64, ARM64, S390X, attestation('c', 'e')],
    });
  });

  it('is an error under unmanagedPlatforms: error', () => {
    const result = plan([imageState(declare({ unmanagedPlatforms: 'error' }), content, live)]);

    expect(result.unreadable).toMatchObject([{ code: 'PLATFORM_UNMANAGED' }]);
  });

  it('stays when it is optional and its source is absent', () => {
    const retained = build({ entries: [AMD64, ARM64], retained: [parsePlatform('linux/s390x')] });
    const result = plan([imageState(declare(), retained, live)]);

    expect(summarize(result)).toMatchObject({ update: 0, blocked: 0, unchanged: 1 });
  });
});

describe('attestations', () => {
  it('of an image that stays are kept though the source brings none', () => {
    const live = present(indexOf([AMD64, attestation('a', 'e')]));
    const result = plan([imageState(declare(), build({ entries: [AMD64] }), { '1.0.0': live })]);

    expect(result.changes).toEqual([]);
  });

  it('give way to newer ones of the same image', () => {
    const live = present(indexOf([AMD64, attestation('a', 'e')]));
    const content = build({ entries: [AMD64], attestations: [attestation('a', 'f')] });
    const result = plan([imageState(declare(), content, { '1.0.0': live })]);

    expect(result.changes[0]?.fields).toEqual([
      { field: 'attestation', key: 'linux/amd64', before: null, after: digestOf('f') },
      { field: 'attestation', key: 'linux/amd64', before: digestOf('e'), after: null },
    ]);
  });

  it('are never counted as platforms', () => {
    const live = present(indexOf([AMD64, attestation('a', 'e')]));
    const result = plan([
      imageState(declare({ attestations: 'drop' }), build({ entries: [AMD64] }), { '1.0.0': live }),
    ]);

    expect(result.blocked).toEqual([]);
    expect(result.changes).toHaveLength(1);
  });
});

describe('what cannot be read', () => {
  const error = new PlaitError('REGISTRY_ERROR', 'registry.example answered 500', { hint: 'try again' });

  it('leaves all tags of the image as they are when one tag is unreadable', () => {
    const declaration = declare({ targets: target('1.0.0', 'latest') });
    const result = plan([imageState(declaration, build({ entries: [AMD64] }), { latest: unreadable(error) })]);

    expect(result.changes).toEqual([]);
    expect(result.unreadable).toMatchObject([
      {
        reference: 'registry.example/app:latest',
        left: ['registry.example/app:1.0.0', 'registry.example/app:latest'],
        code: 'REGISTRY_ERROR',
        hint: 'try again',
      },
    ]);
  });

  it('does not keep other images from being planned', () => {
    const failures = [{ reference: 'registry.example/app:build', error }];
    const other = declare({
      id: 'other',
      targets: [{ repository: parseRepository('registry.example/b'), tags: ['1'] }],
    });
    const result = plan([imageState(declare(), { failures }, {}), imageState(other, build({ entries: [AMD64] }), {})]);

    expect(summarize(result)).toMatchObject({ create: 1, unreadable: 1 });
  });
});

describe('copies', () => {
  it('are needed from another repository, mounted in one registry and streamed between two', () => {
    const near = build({ entries: [AMD64], source: 'registry.example/builds:1' });
    const far = build({ entries: [AMD64], source: 'other.example/builds:1' });

    expect(plan([imageState(declare(), near, {})]).changes[0]?.copies).toMatchObject([{ how: 'mount' }]);
    expect(plan([imageState(declare(), far, {})]).changes[0]?.copies).toMatchObject([{ how: 'stream' }]);
  });

  it('are not needed for what a live index of the target names already', () => {
    const content = build({ entries: [AMD64, ARM64], source: 'registry.example/builds:1' });
    const live = present(indexOf([AMD64]));
    const result = plan([imageState(declare(), content, { '1.0.0': live })]);

    expect(result.changes[0]?.copies.map((copy) => copy.digest)).toEqual([ARM64.digest]);
  });
});

it('is the same plan whatever the order of the images', () => {
  const names = ['c', 'a', 'b'];
  const states = names.map((name) =>
    imageState(
      declare({ id: name, targets: [{ repository: parseRepository(`registry.example/${name}`), tags: ['1'] }] }),
      build({ entries: [AMD64] }),
      {},
    ),
  );

  expect(plan([...states].reverse())).toEqual(plan(states));
});
