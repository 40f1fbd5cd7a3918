// Whether what npm would publish can be used: publint looks at the manifest and its files, attw at how TypeScript finds the
// types. Takes dist/ as it is; `npm run build` makes it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'plait-package-'));

/** Runs a program of node_modules and passes on what it says. */
function run(name, args, stdio = 'inherit') {
  const result = spawnSync(name, args, { stdio: ['ignore', stdio, 'inherit'], encoding: 'utf8' });
  if (result.status !== 0) process.exitCode = 1;
  return result.stdout;
}

try {
  const [packed] = JSON.parse(run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], 'pipe'));
  const file = join(folder, packed.filename);
  run('publint', [file, '--strict']);
  run('attw', [file, '--profile', 'esm-only', '--quiet']);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
