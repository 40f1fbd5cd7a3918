import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeTempDir } from './temp-dir.ts';

/** A new folder with these files, texts by path. */
export function writeFiles(files: Readonly<Record<string, string>>): string {
  const root = makeTempDir();
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return root;
}
