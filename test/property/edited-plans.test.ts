import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlaitError } from '../../src/errors/plait-error.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import { toPlanDocument } from '../../src/plan/document.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import { build, declare, entry, imageState, indexOf, planInput, present } from '../support/states.ts';
import { readVerified } from '../support/stored-plans.ts';

const AMD64 = entry('linux/amd64', 'a');
const ARM64 = entry('linux/arm64', 'b');
const target = (path: string) => [{ repository: parseRepository(`registry.example/${path}`), tags: ['1', 'latest'] }];
const states = [
  imageState(declare({ id: 'new', targets: target('new') }), build({ entries: [AMD64, ARM64] }), {}),
  imageState(
    declare({ id: 'wider', targets: target('wider') }),
    build({ entries: [AMD64, ARM64], annotations: { a: 'b' }, source: 'other.example/build:1' }),
    { 1: present(indexOf([AMD64])) },
  ),
  imageState(declare({ id: 'narrower', targets: target('narrower') }), build({ entries: [AMD64] }), {
    1: present(indexOf([AMD64, ARM64])),
  }),
];
const FACTS = { version: '1.0.0', createdAt: 0, configSha256: 'c', gitCommit: null, requests: { HEAD: 3 } };
const DOCUMENT: unknown = JSON.parse(JSON.stringify(toPlanDocument(makePlan(planInput(states)), FACTS)));

/** What the checksum leaves out: when the plan was made, how long it is good, and how many requests it took. */
const UNSEALED = new Set(['createdAt', 'expiresAt', 'requests']);

type Path = readonly (string | number)[];

/** Every place of the document that holds a value, a list or a mapping. */
function listPaths(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, child]) => listPaths(child, [...path, key]));
  return path.length === 0 ? inner : [path, ...inner];
}

const PATHS = listPaths(DOCUMENT).filter(([first]) => !UNSEALED.has(String(first)));

function edit(value: unknown, path: Path, change: (old: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  if (Array.isArray(value)) {
    return value.map((item, index) => (index === Number(key) ? edit(item, rest, change) : item));
  }
  const entries = Object.entries(value as object);
  return Object.fromEntries(entries.map(([name, item]) => [name, name === key ? edit(item, rest, change) : item]));
}

const changes: fc.Arbitrary<(old: unknown) => unknown> = fc.oneof(
  fc.jsonValue().map((value) => () => value),
  fc.nat(1000).map((position) => (old: unknown) => (typeof old === 'string' ? flip(old, position) : !old)),
  fc.constant((old: unknown) => (Array.isArray(old) ? old.slice(1) : null)),
  fc.constant((old: unknown) => (Array.isArray(old) ? [...old, ...old.slice(0, 1)] : 'x')),
);

function flip(text: string, position: number): string {
  const at = text.length === 0 ? 0 : position % text.length;
  return `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`;
}

function accepts(document: unknown): boolean {
  try {
    readVerified(document);
    return true;
  } catch (error) {
    if (isPlaitError(error) && ['PLAN_INVALID', 'PLAN_VERSION'].includes(error.code)) return false;
    throw error;
  }
}

describe('a saved plan', () => {
  it('is taken as it was written', () => {
    expect(accepts(DOCUMENT)).toBe(true);
  });

  it('is refused whatever was edited', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PATHS), changes, (path, change) => {
        const edited = edit(DOCUMENT, path, change);
        expect(accepts(edited)).toBe(JSON.stringify(edited) === JSON.stringify(DOCUMENT));
      }),
      { numRuns: 3_000 },
    );
  });

  it('is refused at every single place of it', () => {
    const taken = PATHS.filter((path) =>
      accepts(edit(DOCUMENT, path, (old) => (old === 'other' ? 'another' : 'other'))),
    );
    expect(taken).toEqual([]);
  });
});
