import { describe, expect, it } from 'vitest';
import { pairEntries } from '../../../src/plan/pair-entries.ts';
import { entry } from '../../support/states.ts';

describe('pairEntries', () => {
  it('prefers the same platform over the same image', () => {
    const live = [entry('windows(10.0.20348.1)/amd64', 'b'), entry('windows(10.0.20348.2)/amd64', 'a')];
    const wanted = [entry('windows(10.0.20348.2)/amd64', 'b'), entry('windows(10.0.20348.1)/amd64', 'a')];
    const { replaced, left } = pairEntries(wanted, live);

    expect([...replaced.values()]).toEqual([live[1], live[0]]);
    expect(left).toEqual([]);
  });

  it('leaves the second of two live entries that one wanted entry could replace', () => {
    const live = [entry('linux(a)/arm64', 'a'), entry('linux(b)/arm64', 'b')];
    const { left } = pairEntries([entry('linux/arm64', 'c')], live);

    expect(left).toEqual([live[1]]);
  });

  it.each([
    ['architecture', 'linux/amd64', 'linux/arm64'],
    ['variant', 'linux/arm/v6', 'linux/arm/v7'],
    ['os', 'windows/amd64', 'linux/amd64'],
    ['Windows build', 'windows(10.0.17763.1)/amd64', 'windows(10.0.20348.1)/amd64'],
  ])('never pairs across %s, because clients of the live one would lose it', (_what, before, after) => {
    const live = [entry(before, 'a')];

    expect(pairEntries([entry(after, 'b')], live).left).toEqual(live);
  });
});
