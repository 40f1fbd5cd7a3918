import type { TestProject } from 'vitest/node';
import { describeMissingReaders, findReaders, type Reader } from './readers.ts';
import { findRegistryProgram, type RegistrySearch } from './registry-program.ts';

declare module 'vitest' {
  interface ProvidedContext {
    registrySearch: RegistrySearch;
    readers: readonly Reader[];
  }
}

interface Found {
  readonly search: RegistrySearch;
  readonly readers: readonly Reader[];
}

/** Vitest runs this once for each project that names it; the search is made once for all of them. */
const KEY = Symbol.for('plait.test.registry');
const shared = globalThis as { [KEY]?: Promise<Found> };

/** Called by vitest before the first test of a project, see `vitest.config.ts`. */
export async function setup(project: TestProject): Promise<(() => void) | undefined> {
  const isFirst = shared[KEY] === undefined;
  shared[KEY] ??= find();
  const found = await shared[KEY];
  project.provide('registrySearch', found.search);
  project.provide('readers', found.readers);
  // Teardown runs after the summary, so these are the last lines of the run.
  return isFirst ? () => announce(describeGaps(found)) : undefined;
}

async function find(): Promise<Found> {
  return { search: await findRegistryProgram(), readers: await findReaders() };
}

function describeGaps({ search, readers }: Found): readonly string[] {
  const registry = search.program === undefined ? describeMissingRegistry(search) : [];
  return [...registry, ...(readers.length === 0 ? describeMissingReaders() : [])];
}

function describeMissingRegistry(search: RegistrySearch): readonly string[] {
  return [
    'NOT TESTED: nothing ran against a real registry, because none could be had:',
    ...search.tried.map((reason) => `  - ${reason}`),
    'To have it tested: install docker-registry (Debian, Ubuntu) or start Docker or Podman, then run the tests again.',
  ];
}

function announce(lines: readonly string[]): void {
  if (lines.length > 0) process.stderr.write(`\n${lines.join('\n')}\n`);
}
