import { afterAll, describe, expect, it } from 'vitest';
import { FAULT_TABLE, ROWS } from './table.ts';

describe('every fault that is known', () => {
  const holding = new Set<number>();
  afterAll(() => process.stdout.write(`faults: ${holding.size} of ${ROWS} rows hold\n`));

  it('has a row of its own', () => {
    expect(FAULT_TABLE.map(({ number }) => number)).toEqual(Array.from({ length: ROWS }, (_, index) => index + 1));
  });

  it.each(FAULT_TABLE.map((row) => [row.number, row.fault, row.expected, row] as const))(
    'row %i: %s → %s',
    async (_number, _fault, _expected, row) => {
      await row.run();
      holding.add(row.number);
    },
  );
});
