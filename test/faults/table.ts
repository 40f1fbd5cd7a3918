import type { FaultRow } from './fault-row.ts';
import { AUTH_ROWS } from './rows-auth.ts';
import { LOAD_ROWS } from './rows-load.ts';
import { MACHINE_ROWS } from './rows-machine.ts';
import { READ_ROWS } from './rows-reads.ts';
import { REQUEST_ROWS } from './rows-requests.ts';
import { TAG_ROWS } from './rows-tags.ts';
import { WRITE_ROWS } from './rows-writes.ts';

/** Everything that is known to go wrong with registries, in the order of its numbers. */
export const FAULT_TABLE: readonly FaultRow[] = [
  ...AUTH_ROWS,
  ...REQUEST_ROWS,
  ...READ_ROWS,
  ...LOAD_ROWS,
  ...WRITE_ROWS,
  ...TAG_ROWS,
  ...MACHINE_ROWS,
].sort((a, b) => a.number - b.number);

/** How many rows there are to be. */
export const ROWS = 52;
