import { stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { CliContext } from './context.ts';

/**
 * Where the working directory is below the root of the repository, with a slash at its end; empty when it is that root, or
 * there is none. GitHub, GitLab and code scanning name files from there.
 */
export async function findReportFolder({
  workingDirectory,
  environment,
}: Pick<CliContext, 'workingDirectory' | 'environment'>): Promise<string> {
  const workspace = environment.GITHUB_WORKSPACE;
  const root =
    workspace !== undefined && isBelow(workingDirectory, workspace) ? workspace : await findRoot(workingDirectory);
  if (root === undefined) return '';
  const folder = relative(root, workingDirectory).split(sep).join('/');
  return folder === '' ? '' : `${folder}/`;
}

function isBelow(path: string, root: string): boolean {
  const way = relative(root, path);
  return root !== '' && !way.startsWith('..') && !way.startsWith('/') && !/^[A-Za-z]:/.test(way);
}

async function findRoot(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    if (await isThere(join(at, '.git'))) return at;
    if (dirname(at) === at) return undefined;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
