import { describe, expect, it } from 'vitest';
import { parseRepository } from '../../../src/oci/repository.ts';
import type { PlanScope } from '../../../src/plan/plan.ts';
import { selectScope } from '../../../src/plan/select.ts';
import { declare } from '../../support/states.ts';

const api = declare({
  id: 'api',
  targets: [{ repository: parseRepository('ghcr.io/acme/api'), tags: ['1.0', 'latest'] }],
  labels: { tier: 'release', team: 'core' },
});
const web = declare({ id: 'web', targets: [{ repository: parseRepository('ghcr.io/acme/web'), tags: ['1.0'] }] });
const NONE = { targets: [], exclude: [], selector: null };

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
