import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Prepared } from './api.ts';
import type { Exceptions } from './exceptions.ts';
import type { Need, Requirement, SetUp } from './requirement.ts';
import { REQUIREMENTS } from './table.ts';

/** A registry that the table is held against. */
export interface TableServer {
  readonly title: string;
  /** What it is known not to hold. One that does hold fails. */
  readonly exceptions?: Exceptions;
  /** What it cannot do, or be put into; requirements that need it are left aside. */
  readonly without?: readonly Need[];
  readonly start: () => Promise<StartedServer>;
}

export interface StartedServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly prepared: Readonly<Partial<Record<SetUp, Prepared>>>;
  stop(): Promise<void>;
}

/** What has been found out about one server, ids of requirements. */
export interface TableResult {
  readonly title: string;
  readonly asked: readonly string[];
  readonly holding: ReadonlySet<string>;
  readonly exceptions: readonly string[];
}

/** Makes one test of each requirement that the server can be asked for. The result is filled by the time they ended. */
export function defineTable({ title, exceptions = {}, without = [], start }: TableServer): TableResult {
  const asked = REQUIREMENTS.filter(({ needs }) => needs === undefined || !without.includes(needs));
  const holding = new Set<string>();
  describe(title, () => {
    let server: StartedServer;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server?.stop());

    it('is excused from requirements that there are', () => {
      expect(asked.map(({ id }) => id)).toEqual(expect.arrayContaining(Object.keys(exceptions)));
    });

    it.each(asked.map((row) => [row.id, row.section, row.level, row.text, row] as const))(
      '%s (%s): %s: %s',
      async (id, _section, _level, _text, row) => {
        await verify(row, server, exceptions[id]);
        if (exceptions[id] === undefined) holding.add(id);
      },
    );
  });
  return { title, asked: asked.map(({ id }) => id), holding, exceptions: Object.keys(exceptions) };
}

/** Prints one line at the end of the file, for servers that must hold everything they are asked. */
export function reportTogether(results: readonly TableResult[]): void {
  afterAll(() => {
    const isHeld = ({ id }: Requirement) =>
      results.every(({ asked, holding }) => holding.has(id) || !asked.includes(id)) &&
      results.some(({ holding }) => holding.has(id));
    print(`${REQUIREMENTS.filter(isHeld).length} of ${REQUIREMENTS.length} requirements hold`);
  });
}

/** Prints one line for a server that is excused from some. */
export function reportAlone({ title, asked, holding, exceptions }: TableResult): void {
  afterAll(() => {
    const excused = exceptions.length === 0 ? '' : `, ${exceptions.length} known not to`;
    print(`${holding.size} of ${asked.length} requirements hold for ${title}${excused}`);
  });
}

function print(text: string): void {
  process.stdout.write(`conformance table: ${text}\n`);
}

/** Throws when the requirement does not hold, or, with an excuse, when it does. */
async function verify(row: Requirement, server: StartedServer, excuse: string | undefined): Promise<void> {
  const repository = `conformance/${row.id}`;
  const check = row.check({ ...server, repository, other: `${repository}-other` });
  if (excuse === undefined) return check;
  const outcome = await check.then(
    () => `${row.id} does hold, so it needs no excuse: ${excuse}`,
    () => 'excused',
  );
  expect(outcome).toBe('excused');
}
