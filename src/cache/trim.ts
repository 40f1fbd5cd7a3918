import { rm } from 'node:fs/promises';
import { type EntryFile, listEntries, listFolderEntries } from './entry-list.ts';
import { FOLDERS_PER_ALGORITHM } from './layout.ts';

/** How much of the bound is left after a trim, so that the next one is some time off. */
const KEPT_SHARE = 0.75;

/**
 * About how much the cache takes up on disk, from a few of its folders: digests spread evenly, so each folder holds its
 * share. An estimate costs a few reads where the truth costs one for every entry.
 */
export async function estimateDiskBytes(folders: readonly string[]): Promise<number> {
  let total = 0;
  for (const folder of folders) total += sumDiskBytes(await listFolderEntries(folder));
  return folders.length === 0 ? 0 : (total / folders.length) * FOLDERS_PER_ALGORITHM;
}

/**
 * When the cache takes up more than `maxBytes` on disk, removes the entries unused for longest until three quarters of that
 * are left. Two processes may do so at once: what one has removed is gone for the other too.
 */
export async function trimCache(contentFolder: string, maxBytes: number): Promise<void> {
  const entries = [...(await listEntries(contentFolder))].sort((a, b) => a.usedAtMs - b.usedAtMs);
  let total = sumDiskBytes(entries);
  if (total <= maxBytes) return;
  for (const { path, diskBytes } of entries) {
    if (total <= maxBytes * KEPT_SHARE) return;
    await rm(path, { force: true });
    total -= diskBytes;
  }
}

/** What `entries` take up on disk together, in bytes. */
export function sumDiskBytes(entries: readonly EntryFile[]): number {
  return entries.reduce((total, entry) => total + entry.diskBytes, 0);
}
