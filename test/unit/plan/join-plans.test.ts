import { describe, expect, it } from 'vitest';
import { PlaitError } from '../../../src/errors/plait-error.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import { toPlanDocument } from '../../../src/plan/document.ts';
import { joinPlans, type PlanFile } from '../../../src/plan/join-plans.ts';
import { findMissingShards } from '../../../src/plan/join-scopes.ts';
import { makePlan, type PlanInput } from '../../../src/plan/make-plan.ts';
import type { PlanScope } from '../../../src/plan/plan.ts';
import { parseShard } from '../../../src/plan/shard.ts';
import { describeScope } from '../../../src/report/describe-change.ts';
import { build, declare, entry, imageState } from '../../support/states.ts';
import { readBack } from '../../support/stored-plans.ts';

const NONE: PlanScope = { targets: [], exclude: [], selector: null, shard: null };
const inShard = (text: string): PlanScope => ({ ...NONE, shard: parseShard(text) });
const content = build({ source: 'ghcr.io/acme/ci:1', entries: [entry('linux/amd64', 'a')] });

function image(...paths: readonly string[]) {
  const targets = paths.map((path) => ({ repository: parseRepository(`ghcr.io/acme/${path}`), tags: ['1', '2'] }));
  return declare({ id: paths[0] ?? '', targets });
}

function file(
  path: string,
  input: Pick<PlanInput, 'images'> & { readonly scope?: PlanScope; readonly config?: string },
) {
  const rules = { absences: [], guards: { floatingSources: 'allow' }, allowances: [], mayDelete: () => false } as const;
  const plan = makePlan({ ...rules, images: input.images, scope: input.scope ?? NONE });
  const facts = { version: '1.0.0', createdAt: 60_000, configSha256: input.config ?? 'c', gitCommit: null };
  return { path, ...readBack(toPlanDocument(plan, { ...facts, requests: { HEAD: 2 } })) } satisfies PlanFile;
}

const planned = (name: string, scope: PlanScope = NONE) =>
  file(`${name}.json`, { images: [imageState(image(name), content, {})], scope });

describe('plans that are put together', () => {
  it('are in the order of repositories, whatever the order of the files', () => {
    const files = ['web', 'api', 'cli'].map((name) => planned(name));
    const joined = joinPlans(files);

    expect(joined.plan.changes.map(({ repository }) => repository.path)).toEqual(['acme/api', 'acme/cli', 'acme/web']);
    expect(joined).toEqual(joinPlans(files.toReversed()));
    expect(joined.document).toMatchObject({ summary: { create: 3 }, requests: { HEAD: 6 } });
  });

  it('are the whole run when no shard is missing', () => {
    const { plan, document } = joinPlans([planned('api', inShard('2/2')), planned('web', inShard('1/2'))]);

    expect(describeScope(plan)).toBe('');
    expect(document.scope).toMatchObject({ shard: null, partial: false });
  });

  it('say which part they are when one is missing', () => {
    const { plan, document } = joinPlans([planned('api', inShard('3/3')), planned('web', inShard('1/3'))]);

    expect(describeScope(plan)).toBe('--shard 1/3, --shard 3/3');
    expect(document.scope.partial).toBe(true);
  });

  it('keep the selection that they have in common', () => {
    const scope = (shard: string) => ({ ...inShard(shard), selector: 'tier=release' });
    const { plan } = joinPlans([planned('api', scope('1/2')), planned('web', scope('2/2'))]);

    expect(describeScope(plan)).toBe('--selector tier=release');
  });

  it('say all of the selections that they have not in common', () => {
    const of = (target: string): PlanScope => ({ ...NONE, targets: [target] });
    const { plan } = joinPlans([planned('web', of('web')), planned('api', of('api'))]);

    expect(describeScope(plan)).toBe('--target api, --target web');
  });

  it('tell once of a source that several could not read', () => {
    const failures = [{ reference: 'ghcr.io/acme/ci:1', error: new PlaitError('SOURCE_MISSING', 'does not exist') }];
    const [first, second] = ['api', 'web'].map((path, index) =>
      file(path, {
        images: [imageState({ ...image(path), id: 'both' }, { failures }, {})],
        scope: inShard(`${index + 1}/2`),
      }),
    );
    const { plan } = joinPlans([second!, first!]);

    expect(plan.unreadable.map(({ left }) => left)).toEqual([
      ['ghcr.io/acme/api:1', 'ghcr.io/acme/api:2', 'ghcr.io/acme/web:1', 'ghcr.io/acme/web:2'],
    ]);
  });

  it.each([
    ['of two files', 'other.json', 'api.json and other.json'],
    ['of one file that is named twice', 'api.json', 'api.json is there twice'],
  ])('never say two things of one tag: %s', (_what, path, words) => {
    expect(() => joinPlans([planned('api'), { ...planned('api'), path }])).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(words) }),
    );
  });

  it('never say that a tag changes that another one leaves as it is', () => {
    const failures = [{ reference: undefined, error: new PlaitError('SOURCE_MISSING', 'does not exist') }];
    const unread = file('unread.json', { images: [imageState(image('api'), { failures }, {})] });

    expect(() => joinPlans([planned('api'), unread])).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it('are good until the first of them is not', () => {
    const late = { ...planned('api'), document: { ...planned('api').document, expiresAt: '1970-01-01T05:00:00Z' } };

    expect(joinPlans([late, planned('web')]).document).toMatchObject({
      createdAt: '1970-01-01T00:01:00Z',
      expiresAt: '1970-01-01T05:00:00Z',
    });
  });
});

describe('missing shards', () => {
  it.each([
    [['1/3', '3/3'], ['2/3']],
    [['1/2', '2/2'], []],
    [['1/2', '1/3'], []],
    [['1/2', ''], []],
  ])('of %j are %j', (given, expected) => {
    expect(findMissingShards(given.map((text) => (text === '' ? null : parseShard(text))))).toEqual(expected);
  });
});
