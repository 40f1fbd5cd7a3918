import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The commit that is checked out in `folder`, null outside a repository or without git. */
export async function readGitCommit(folder: string): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['-C', folder, 'rev-parse', 'HEAD'], { timeout: 5_000 });
    const commit = stdout.trim();
    return /^[0-9a-f]{40,64}$/.test(commit) ? commit : null;
  } catch {
    return null;
  }
}
