import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePlatform } from '../../../src/oci/platform.ts';
import { selectPlatform } from '../../../src/oci/platform-match.ts';

interface Answer {
  readonly host: string;
  readonly runs: readonly string[];
}

function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../fixtures/containerd-platforms/${name}`, import.meta.url), 'utf8'));
}

const { candidates: names } = readFixture('question.json') as { readonly candidates: readonly string[] };
const answers = readFixture('answers.json') as readonly Answer[];
const candidates = names.map((name) => ({ name, platform: parsePlatform(name) }));

function select(host: string): readonly string[] {
  return selectPlatform(parsePlatform(host), candidates).map(({ name }) => name);
}

describe('the choice of a platform', () => {
  it.each(answers.filter(({ host }) => !host.startsWith('windows')))(
    'is that of containerd, in its order, on $host',
    ({ host, runs }) => {
      expect(select(host)).toEqual(runs);
    },
  );

  it.each(answers.filter(({ host }) => host.startsWith('windows')))(
    'is that of containerd on $host',
    ({ host, runs }) => {
      expect(select(host).toSorted()).toEqual(runs.toSorted());
    },
  );
});
