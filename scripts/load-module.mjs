import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** The folder of the project. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** A module of src/, with its packages as they are installed and without the commands, which nothing generated is made of. */
export async function loadModule(path) {
  // In node_modules, so that packages are found from there.
  const cache = join(ROOT, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'generate-'));
  try {
    const outfile = join(folder, 'module.mjs');
    await build({
      entryPoints: [join(ROOT, 'src', path)],
      bundle: true,
      packages: 'external',
      external: ['./commands/*'],
      platform: 'node',
      format: 'esm',
      outfile,
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
