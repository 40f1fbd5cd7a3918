import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';

/** A new empty folder, removed with all that is in it at the end of the run. */
export function makeTempDir(): string {
  return mkdtempSync(join(inject('tempRoot'), 'dir-'));
}
