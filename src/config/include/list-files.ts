import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compileGlob } from '../glob.ts';
import { MAX_WALKED } from '../limits.ts';
import { isInside } from './paths.ts';
import { IncludeProblem } from './problem.ts';

interface Walk {
  /** Where to begin: absolute. */
  readonly start: string;
  /** Relative to `start`. */
  readonly glob: string;
  /** Absolute and without links. Links to folders outside of it are not followed. */
  readonly root: string;
}

/**
 * Absolute paths of the files below `start` that `glob` matches, sorted. Names that begin with a dot are passed over
 * unless the glob has such a name. Throws what reading a folder throws, and an IncludeProblem when there is no end to it.
 */
export function listFiles(walk: Walk): readonly string[] {
  const matches = compileGlob(walk.glob);
  if (matches === undefined) throw new IncludeProblem('is no glob');
  const found: string[] = [];
  let left = MAX_WALKED;
  for (const folders = [walk.start], seen = new Set<string>(); folders.length > 0; ) {
    const folder = folders.pop() ?? '';
    const real = realpathSync(folder);
    if (seen.has(real) || !isInside(walk.root, real)) continue;
    seen.add(real);
    const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => isSeen(name, walk.glob));
    left -= entries.length;
    if (left < 0) throw new IncludeProblem(`leads past more than ${MAX_WALKED} files`);
    for (const entry of entries) {
      const path = join(folder, entry.name);
      const way = path.slice(walk.start.length + 1);
      if (isFolder(entry, path)) folders.push(...(isDeeper(walk.glob, way) ? [path] : []));
      else if (matches(way)) found.push(path);
    }
  }
  return found.sort();
}

function isSeen(name: string, glob: string): boolean {
  return !name.startsWith('.') || /(?:^|[/{,])\./.test(glob);
}

function isFolder(entry: Dirent, path: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** True when the glob can match something in the folder at `way`. */
function isDeeper(glob: string, way: string): boolean {
  return glob.includes('**') || way.split('/').length < glob.split('/').length;
}
