import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isEntryName, isFolderName } from './layout.ts';
import { findSystemCode } from './system-code.ts';

/** One file of the cache. */
export interface EntryFile {
  readonly path: string;
  /** What it takes up on disk, in bytes. */
  readonly diskBytes: number;
  /** Milliseconds since 1970: when it was written, or read where the file system keeps account of that. */
  readonly usedAtMs: number;
}

const BLOCK_BYTES = 4096;

/** `bytes` rounded up to blocks of 4 KiB, as most file systems store them: most entries are smaller than one. */
export function toDiskBytes(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}

/** Every entry below the content folder, in no order. Links are not followed; strange names are left out. */
export async function listEntries(contentFolder: string): Promise<readonly EntryFile[]> {
  const entries: EntryFile[] = [];
  for (const algorithm of await listFolders(contentFolder)) {
    for (const folder of await listFolders(join(contentFolder, algorithm))) {
      if (isFolderName(folder)) entries.push(...(await listFolderEntries(join(contentFolder, algorithm, folder))));
    }
  }
  return entries;
}

/** False when the content folder is not there, is empty or cannot be read. */
export function hasEntries(contentFolder: string): boolean {
  try {
    return readdirSync(contentFolder).length > 0;
  } catch {
    return false;
  }
}

/** The entries of one folder, such as `sha256/ab`. */
export async function listFolderEntries(folder: string): Promise<readonly EntryFile[]> {
  const names = (await readFolder(folder)).filter((item) => !item.isDirectory() && isEntryName(item.name));
  return names.flatMap(({ name }) => describeEntry(join(folder, name)) ?? []);
}

/** A link to a folder is none. */
async function listFolders(folder: string): Promise<readonly string[]> {
  return (await readFolder(folder)).filter((item) => item.isDirectory()).map(({ name }) => name);
}

async function readFolder(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (findSystemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Undefined when another process has just removed it. */
function describeEntry(path: string): EntryFile | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  return { path, diskBytes: toDiskBytes(stats.size), usedAtMs: Math.max(stats.atimeMs, stats.mtimeMs) };
}
