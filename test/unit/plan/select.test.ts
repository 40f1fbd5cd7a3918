import { describe, expect, it } from 'vitest';
import { formatRepository, parseRepository } from '../../../src/oci/repository.ts';
import type { PlanScope } from '../../../src/plan/plan.ts';
import { selectScope } from '../../../src/plan/select.ts';
import { findShard } from '../../../src/plan/shard.ts';
import { declare } from '../../support/states.ts';

const api = declare({
  id: 'api',
  targets: [{ repository: parseRepository('ghcr.io/acme/api'), tags: ['1.0', 'latest'] }],
  labels: { tier: 'release', team: 'core' },
});
const web = declare({ id: 'web', targets: [{ repository: parseRepository('ghcr.io/acme/web'), tags: ['1.0'] }] });
const NONE = { targets: [], exclude: [], selector: null, shard: null };

function names(scope: Partial<PlanScope>): string[] {
  const chosen = selectScope({ declarations: [api, web], absences: [] }, { ...NONE, ...scope }).declarations;
  return chosen.flatMap(({ id, targets }) => targets.flatMap(({ tags }) => tags.map((tag) => `${id}:${tag}`)));
}

describe('selectScope', () => {
  it('takes everything without a scope', () => {
    expect(names({})).toEqual(['api:1.0', 'api:latest', 'web:1.0']);
  });

  it('takes all tags of an id', () => {
    expect(names({ targets: ['api'] })).toEqual(['api:1.0', 'api:latest']);
  });

  it('takes single tags by repository:tag', () => {
    expect(names({ targets: ['ghcr.io/acme/*:1.0'] })).toEqual(['api:1.0', 'web:1.0']);
  });

  it('leaves out what is excluded', () => {
    expect(names({ exclude: ['**/*:latest', 'web'] })).toEqual(['api:1.0']);
  });

  it('takes images by all of their labels', () => {
    expect(names({ selector: 'tier=release,team=core' })).toEqual(['api:1.0', 'api:latest']);
  });

  it.each([{ targets: ['nothing'] }, { exclude: ['nothing'] }, { selector: 'tier=beta' }, { selector: 'toString=x' }])(
    'refuses %j, which matches nothing',
    (scope) => {
      expect(() => names(scope)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    },
  );
});

describe('a shard of a selection', () => {
  const both = declare({
    id: 'both',
    targets: ['ghcr.io/acme/api', 'docker.io/acme/api'].map((name) => ({
      repository: parseRepository(name),
      tags: ['both'],
    })),
  });
  const select = (scope: Partial<PlanScope>) =>
    selectScope({ declarations: [api, web, both], absences: [] }, { ...NONE, ...scope }).declarations;

  it('has every repository once, with all of its tags', () => {
    const parts = [1, 2, 3].map((index) => select({ shard: { index, count: 3 } }));
    const places = parts.map((part) => [
      ...new Set(part.flatMap(({ targets }) => targets.map(({ repository }) => formatRepository(repository)))),
    ]);

    expect(places.flat().sort()).toEqual(['docker.io/acme/api', 'ghcr.io/acme/api', 'ghcr.io/acme/web']);
  });

  it('has of an image the targets that are in it', () => {
    const shard = { index: findShard(parseRepository('docker.io/acme/api'), 1000), count: 1000 };

    expect(select({ shard }).map(({ id, targets }) => [id, targets.length])).toEqual([['both', 1]]);
  });

  it('may be empty, also when it is one of a selection', () => {
    const index = findShard(parseRepository('ghcr.io/acme/web'), 1000) === 1 ? 2 : 1;

    expect(select({ targets: ['web'], shard: { index, count: 1000 } })).toEqual([]);
  });

  it('does not save a glob that matches nothing', () => {
    expect(() => select({ targets: ['nothing'], shard: { index: 1, count: 2 } })).toThrow(
      expect.objectContaining({ code: 'USAGE' }),
    );
  });
});
