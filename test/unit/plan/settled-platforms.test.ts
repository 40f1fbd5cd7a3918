import { describe, expect, it } from 'vitest';
import { makePlan } from '../../../src/plan/make-plan.ts';
import { build, declare, entry, imageState, indexOf, planInput, present } from '../../support/states.ts';

const content = build({ entries: [entry('linux/arm64', 'a'), entry('windows(10.0.20348.1)/amd64', 'b')] });

function listPlatforms(live: Parameters<typeof present>[0]) {
  const plan = makePlan(
    planInput([imageState(declare({ unmanagedPlatforms: 'keep' }), content, { '1.0.0': present(live) })]),
  );
  return plan.unchanged.flatMap(({ tags }) => tags.map(({ platforms }) => platforms));
}

describe('a tag that is right', () => {
  it('lists the platforms that are declared', () => {
    expect(listPlatforms(content.stored.manifest)).toEqual([['linux/arm64', 'windows(10.0.20348.1)/amd64']]);
  });

  it('lists what it holds besides', () => {
    const live = indexOf([entry('linux/riscv64', 'c'), ...content.stored.manifest.manifests]);

    expect(listPlatforms(live)).toEqual([['linux/riscv64', 'linux/arm64', 'windows(10.0.20348.1)/amd64']]);
  });
});
