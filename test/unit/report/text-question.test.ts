import { describe, expect, it } from 'vitest';
import { parseRepository } from '../../../src/oci/repository.ts';
import { parseAllowance } from '../../../src/plan/allowance.ts';
import { makePlan } from '../../../src/plan/make-plan.ts';
import { renderQuestion } from '../../../src/report/text-question.ts';
import { ABSENT, build, declare, entry, imageState, indexOf, planInput, present } from '../../support/states.ts';

const WANTED = build({ entries: [entry('linux/amd64', 'a')] });

describe('the question before an apply', () => {
  it('says how much is done to which registries', () => {
    const states = ['ghcr.io/acme/api', 'registry.example/api'].map((name) => {
      const targets = [{ repository: parseRepository(name), tags: ['1'] }];
      return imageState(declare({ id: name, targets }), WANTED, { '1': ABSENT });
    });

    expect(renderQuestion(makePlan(planInput(states)))).toBe(
      '\nApply to ghcr.io, registry.example: 2 to create?\nOnly "yes" is taken as a yes: ',
    );
  });

  it('says what goes away', () => {
    const more = present(indexOf([entry('linux/amd64', 'a'), entry('linux/arm64', 'b')]));
    const state = imageState(declare(), WANTED, { '1.0.0': more });
    const allowances = [parseAllowance('platform-removal=**')];

    expect(renderQuestion(makePlan(planInput([state], { allowances })))).toBe(
      '\nApply to registry.example: 1 to update?\nThis removes 1 platform.\nOnly "yes" is taken as a yes: ',
    );
  });
});
