import { isAbsolute, relative, resolve, sep } from 'node:path';
import picomatch from 'picomatch';
import { compileGlob } from '../glob.ts';

/** A path as folders to go to and a glob for what is in there; without special characters, the glob is empty. */
export function splitGlob(path: string): { readonly base: string; readonly glob: string } {
  const { base, glob } = picomatch.scan(path);
  return { base, glob };
}

/** True when `path` is `folder` or lies below it; both absolute. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way.split(sep)[0] !== '..';
}

/**
 * Why `path`, as a file in `directory` has it, cannot be included when nothing outside of `root` can. Undefined when it
 * can, unless a link leads out. Looks at nothing but the texts.
 */
export function findPathProblem(
  path: string,
  { root, directory }: { readonly root: string; readonly directory: string },
): string | undefined {
  if (path === '' || path.includes('\0')) return 'this is no path';
  if (isAbsolute(path) || /^(?:[A-Za-z]:|[\\/~])/.test(path)) return 'the path is not relative to this file';
  if (path.includes('\\')) return 'the path has a \\, where / is meant';
  const { base, glob } = splitGlob(path);
  if (glob !== '' && compileGlob(glob) === undefined) return 'the path is no glob';
  if (glob.split('/').includes('..')) return 'the path has a .. after a *';
  return isInside(root, resolve(directory, base)) ? undefined : 'the path leads out of the folder of the first file';
}
