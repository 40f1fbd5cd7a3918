import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describeFailure, type ProgramResult, runProgram } from './run-program.ts';

const DOWNLOAD_MS = 60_000;
const UPDATE_MS = 120_000;
const LANGUAGE_NEUTRAL = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };

/**
 * Unpacks the Debian package `name` into `target` without installing it and without root. Runs that race for the same
 * `target` all end with a whole one. Throws with what apt or dpkg said last.
 */
export async function unpackDebianPackage(name: string, target: string): Promise<void> {
  await mkdir(join(target, '..'), { recursive: true });
  const work = await mkdtemp(`${target}.new-`);
  try {
    await chmod(work, 0o755); // apt run by root drops to a user of its own, which must get in
    const archive = await downloadPackage(name, work);
    const unpacked = join(work, 'unpacked');
    orThrow(await runProgram('dpkg', ['-x', archive, unpacked], { timeoutMs: DOWNLOAD_MS }), 'dpkg -x');
    await rename(unpacked, target).catch(ignoreWhenThere);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** First with the machine's package lists; when those are missing or too old, with lists fetched into `work`. */
async function downloadPackage(name: string, work: string): Promise<string> {
  const settings = { timeoutMs: DOWNLOAD_MS, cwd: work, env: LANGUAGE_NEUTRAL };
  const direct = await runProgram('apt-get', ['download', name], settings);
  if (direct.code !== 0) {
    if (direct.code === 127) orThrow(direct, 'apt-get');
    const own = await makePrivateState(work);
    // One broken third-party source fails the update as a whole, so only the download tells whether it was enough.
    await runProgram('apt-get', [...own, 'update'], { ...settings, timeoutMs: UPDATE_MS });
    orThrow(await runProgram('apt-get', [...own, 'download', name], settings), `apt-get download ${name}`);
  }
  const archive = (await readdir(work)).find((file) => file.endsWith('.deb'));
  if (archive === undefined) throw new Error(`apt-get download ${name}: no package came`);
  return join(work, archive);
}

async function makePrivateState(work: string): Promise<readonly string[]> {
  const state = join(work, 'state');
  const cache = join(work, 'cache');
  await mkdir(join(state, 'lists', 'partial'), { recursive: true });
  await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
  return ['-o', `Dir::State=${state}`, '-o', `Dir::Cache=${cache}`, '-o', 'Acquire::Languages=none'];
}

function orThrow(result: ProgramResult, what: string): void {
  if (result.code !== 0) throw new Error(`${what}: ${describeFailure(result)}`);
}

function ignoreWhenThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}
