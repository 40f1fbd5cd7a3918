import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { makeTempDir } from './temp-dir.ts';

/** A PATH on which `docker-credential-<name>` is a shell script that runs `body`. */
export function installHelper(name: string, body: string): { readonly PATH: string } {
  const folder = makeTempDir();
  const path = join(folder, `docker-credential-${name}`);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return { PATH: [folder, process.env.PATH].join(delimiter) };
}
