import { randomUUID } from 'node:crypto';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';
import { listEntries } from './entry-list.ts';
import { CONTENT_FOLDER } from './layout.ts';
import { findSystemCode } from './system-code.ts';
import { sumDiskBytes } from './trim.ts';

export interface CleanResult {
  readonly entries: number;
  /** What they took up on disk, in blocks of 4 KiB. */
  readonly bytes: number;
}

/** The content folder, and what a clean-up that was interrupted left of one. */
const OURS = new RegExp(`^${CONTENT_FOLDER}(?:\\.[0-9a-f-]{36})?$`);

/**
 * Removes all cached content from `directory`, and nothing else in it; other processes may be using it. Throws USAGE when
 * the system does not let us.
 */
export async function cleanCache(directory: string): Promise<CleanResult> {
  try {
    let [entries, bytes] = [0, 0];
    for (const name of await listOurs(directory)) {
      const removed = await removeFolder(directory, name).catch(passOver);
      entries += removed.entries;
      bytes += removed.bytes;
    }
    return { entries, bytes };
  } catch (cause) {
    const problem = cleanText(cause instanceof Error ? cause.message : String(cause));
    throw new PlaitError('USAGE', `the cache in ${cleanText(directory)} could not be cleaned: ${problem}`, {
      hint: 'name another folder with --cache, or remove this one by hand',
      cause,
    });
  }
}

async function listOurs(directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).filter((name) => OURS.test(name));
  } catch (error) {
    if (findSystemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Another process was faster. */
function passOver(error: unknown): CleanResult {
  if (findSystemCode(error) !== 'ENOENT') throw error;
  return { entries: 0, bytes: 0 };
}

/** Moves it out of the way first, so that no other process writes into what is being removed. A link is only unlinked. */
async function removeFolder(directory: string, name: string): Promise<CleanResult> {
  const moved = join(directory, `${CONTENT_FOLDER}.${randomUUID()}`);
  await rename(join(directory, name), moved);
  const isFolder = (await lstat(moved)).isDirectory();
  const entries = isFolder ? await listEntries(moved) : [];
  // Somebody who had looked the folder up before may still put a last file into it.
  await rm(moved, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  return { entries: entries.length, bytes: sumDiskBytes(entries) };
}
