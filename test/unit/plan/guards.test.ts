import { describe, expect, it } from 'vitest';
import type { Declaration, ImageGuards } from '../../../src/config/declaration.ts';
import { DEFAULT_RUN_GUARDS } from '../../../src/config/run-rules.ts';
import { parseTagPattern, type TagPattern } from '../../../src/config/tag-pattern.ts';
import type { Descriptor } from '../../../src/oci/descriptor.ts';
import type { Digest } from '../../../src/oci/digest.ts';
import { parsePlatform } from '../../../src/oci/platform.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { parseAllowance } from '../../../src/plan/allowance.ts';
import { makePlan } from '../../../src/plan/make-plan.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import type { ImageLabels } from '../../../src/state/labels.ts';
import type { LiveTag } from '../../../src/state/live.ts';
import { build, declare, entry, imageState, indexOf, NO_GUARDS, planInput, present } from '../../support/states.ts';

const AMD64 = entry('linux/amd64', 'a');
const ARM64 = entry('linux/arm64', 'b');
const OLD = present(indexOf([entry('linux/amd64', 'd'), entry('linux/arm64', 'e')]));
const APP = 'registry.example/app';
const target = (...tags: string[]) => [{ repository: parseRepository(APP), tags }];
const pattern = (text: string): TagPattern => parseTagPattern(text) ?? expect.fail(`${text} is no pattern`);
const guarded = (guards: Partial<ImageGuards>, more: Partial<Declaration> = {}) =>
  declare({ guards: { ...NO_GUARDS, ...guards }, ...more });

interface Setting {
  readonly declaration: Declaration;
  readonly entries?: readonly Descriptor[];
  readonly live?: Readonly<Record<string, LiveTag>>;
  readonly labels?: ReadonlyMap<Digest, ImageLabels>;
  readonly allow?: readonly string[];
  readonly floatingSources?: 'allow' | 'error';
}

function plan(setting: Setting): Plan {
  const { declaration, entries = [AMD64, ARM64], live = {}, labels = new Map(), allow = [] } = setting;
  const state = { ...imageState(declaration, build({ entries }), live), labels };
  const guards = { ...DEFAULT_RUN_GUARDS, floatingSources: setting.floatingSources ?? 'allow' };
  return makePlan(planInput([state], { allowances: allow.map(parseAllowance), guards }));
}

/** `blocked guard: message | what lifts it`, for everything a guard said. */
function verdicts({ changes, blocked }: Plan): readonly string[] {
  return [...changes, ...blocked].flatMap((change) =>
    change.guards.map(({ result, guard, message, by }) => `${result} ${guard}: ${message} | ${by}`),
  );
}

describe('an immutable tag', () => {
  const declaration = guarded({ immutableTags: [pattern(String.raw`re:^v?\d+\.\d+\.\d+$`)] });

  it('may be created', () => {
    expect(plan({ declaration })).toMatchObject({ changes: [{ action: 'create' }], blocked: [] });
  });

  it('does not move, and the flag that would let it is named', () => {
    expect(verdicts(plan({ declaration, live: { '1.0.0': OLD } }))).toEqual([
      `blocked immutable-tag: immutable tag would move | --allow immutable-tag=${APP}:1.0.0`,
    ]);
  });

  it('moves when it is allowed', () => {
    const result = plan({ declaration, live: { '1.0.0': OLD }, allow: [`immutable-tag=${APP}:1.*`] });

    expect(result.blocked).toEqual([]);
    expect(verdicts(result)).toEqual([
      `allowed immutable-tag: immutable tag would move | --allow immutable-tag=${APP}:1.*`,
    ]);
  });

  it('keeps the floating tags of its image where they are', () => {
    const both = { ...declaration, targets: target('1.0.0', 'latest') };
    const result = plan({ declaration: both, live: { '1.0.0': OLD, latest: OLD } });

    expect(result.changes).toEqual([]);
    expect(result.blocked[0]?.tags.map((tag) => tag.name)).toEqual(['1.0.0', 'latest']);
  });

  it('that no pattern matches moves', () => {
    const floating = { ...declaration, targets: target('latest') };
    expect(plan({ declaration: floating, live: { latest: OLD } })).toMatchObject({
      changes: [{ action: 'update' }],
      blocked: [],
    });
  });
});

describe('several tags that one guard is about', () => {
  const declaration = guarded({ immutableTags: [pattern('v*')] }, { targets: target('v1', 'v2', 'latest') });
  const live = { v1: OLD, v2: OLD, latest: OLD };

  it('are allowed by one flag that a shell leaves alone', () => {
    expect(verdicts(plan({ declaration, live }))).toEqual([
      `blocked immutable-tag: immutable tag would move | --allow 'immutable-tag=${APP}:{v1,v2}'`,
    ]);
  });

  it('are free once that flag is given', () => {
    expect(plan({ declaration, live, allow: [`immutable-tag=${APP}:{v1,v2}`] }).blocked).toEqual([]);
  });

  it('are held back while one of them is not allowed', () => {
    expect(verdicts(plan({ declaration, live, allow: [`immutable-tag=${APP}:v1`] }))).toEqual([
      `blocked immutable-tag: immutable tag would move | --allow immutable-tag=${APP}:v2`,
    ]);
  });
});

describe('a protected image', () => {
  const declaration = declare({ protect: true });

  it('may be created', () => {
    expect(plan({ declaration }).blocked).toEqual([]);
  });

  it('changes only with an allowance that names it', () => {
    const live = { '1.0.0': OLD };

    expect(verdicts(plan({ declaration, live }))).toEqual([
      `blocked protected: protected tag would change | --allow protected=${APP}:1.0.0`,
    ]);
    expect(plan({ declaration, live, allow: [`protected=${APP}:1.0.0`] }).blocked).toEqual([]);
  });
});

describe('platforms that an index must hold', () => {
  it.each([
    ['linux/s390x', 'lacks linux/s390x'],
    ['linux/arm/v7', 'lacks linux/arm/v7'],
  ])('hold it back without %s', (platform, message) => {
    const declaration = guarded({ requirePlatforms: [parsePlatform('linux/amd64'), parsePlatform(platform)] });
    expect(verdicts(plan({ declaration }))).toEqual([
      `blocked require-platforms: ${message} | --allow require-platforms=${APP}:1.0.0`,
    ]);
  });

  it('are met by an image of any version of the system', () => {
    const declaration = guarded({ requirePlatforms: [parsePlatform('windows/amd64')] });
    const entries = [entry('windows(10.0.20348.1)/amd64', 'a')];

    expect(plan({ declaration, entries }).blocked).toEqual([]);
  });

  it('count what stays of the live tag', () => {
    const declaration = guarded({ requirePlatforms: [parsePlatform('linux/arm64')] }, { unmanagedPlatforms: 'keep' });
    expect(plan({ declaration, entries: [AMD64], live: { '1.0.0': OLD } }).blocked).toEqual([]);
  });
});

describe('a label that all images must agree on', () => {
  const revision = 'org.opencontainers.image.revision';
  const rule = (...except: string[]) => ({ labels: [revision], except: except.map(parsePlatform) });
  const declaration = guarded({ sameLabel: rule() });
  const labels = (amd64: string | undefined, arm64: string | undefined) =>
    new Map([
      [AMD64.digest, amd64 === undefined ? {} : { [revision]: amd64 }],
      [ARM64.digest, arm64 === undefined ? {} : { [revision]: arm64 }],
    ]);

  it('lets a release of one commit pass', () => {
    expect(plan({ declaration, labels: labels('c0ffee', 'c0ffee') }).blocked).toEqual([]);
  });

  it('holds back a release of two commits and says which is which', () => {
    expect(verdicts(plan({ declaration, labels: labels('c0ffee', 'decaf') }))).toEqual([
      `blocked same-label: ${revision} is "c0ffee" for linux/amd64, "decaf" for linux/arm64 | --allow same-label=${APP}:1.0.0`,
    ]);
  });

  it('is missed by an image without it, and by all without it', () => {
    expect(verdicts(plan({ declaration, labels: labels('c0ffee', undefined) }))[0]).toContain(
      'missing for linux/arm64',
    );
    expect(verdicts(plan({ declaration, labels: new Map() }))[0]).toContain('missing for linux/amd64 and linux/arm64');
  });

  it('does not matter for platforms that are excepted', () => {
    const relaxed = guarded({ sameLabel: rule('linux/arm64') });
    expect(plan({ declaration: relaxed, labels: labels('c0ffee', undefined) }).blocked).toEqual([]);
  });

  it('shows no control characters of a registry', () => {
    const text = verdicts(plan({ declaration, labels: labels('\u001B[31mred', 'x'.repeat(500)) }))[0] ?? '';
    expect(text).not.toContain('\u001B');
    expect(text.length).toBeLessThan(300);
  });
});

describe('sources without a digest', () => {
  it('hold an image back where they are an error', () => {
    expect(verdicts(plan({ declaration: declare(), floatingSources: 'error' }))).toEqual([
      `blocked floating-source: ${APP}:build has no digest | --allow floating-source=${APP}:1.0.0`,
    ]);
    expect(plan({ declaration: declare() }).blocked).toEqual([]);
  });
});
