import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTempDir } from '../support/temp-dir.ts';

/** The path of a file that holds `pem`. */
export function savePem(pem: string): string {
  const path = join(makeTempDir(), 'ca.pem');
  writeFileSync(path, pem);
  return path;
}
