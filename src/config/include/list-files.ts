import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compileGlob } from '../glob.ts';
import { MAX_WALKED } from '../limits.ts';
import { IncludeProblem } from './problem.ts';

/**
 * Absolute paths of the files below the folder `start` that `glob` matches, sorted. Names that begin with a dot are
 * passed over unless the glob has such a name; links to folders are not followed. Throws what reading a folder throws,
 * and an IncludeProblem when there is no end to it.
 */
export function listFiles(start: string, glob: string): readonly string[] {
  const matches = compileGlob(glob);
  if (matches === undefined) throw new IncludeProblem('is no glob');
  const found: string[] = [];
  let left = MAX_WALKED;
  for (const folders = [start]; folders.length > 0; ) {
    const folder = folders.pop() ?? start;
    const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => isSeen(name, glob));
    left -= entries.length;
    if (left < 0) throw new IncludeProblem(`leads past more than ${MAX_WALKED} files`);
    for (const entry of entries) {
      const path = join(folder, entry.name);
      const way = path.slice(start.length + 1);
      if (entry.isDirectory()) folders.push(...(isDeeper(glob, way) ? [path] : []));
      else if (matches(way)) found.push(path);
    }
  }
  return found.sort();
}

function isSeen(name: string, glob: string): boolean {
  return !name.startsWith('.') || /(?:^|[/{,])\./.test(glob);
}

/** True when the glob can match something in the folder at `way`. */
function isDeeper(glob: string, way: string): boolean {
  return glob.includes('**') || way.split('/').length < glob.split('/').length;
}
