import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type Digest, matchesDigest } from '../oci/digest.ts';
import { makeFolders } from './content-folder.ts';
import type { EntryPlace } from './layout.ts';
import { findSystemCode } from './system-code.ts';

/** The largest entry, in bytes: the largest manifest that is read from a registry. */
export const MAX_ENTRY_BYTES = 8 * 1024 * 1024;

/** Neither follows a link nor waits for the other end of a pipe. Windows knows neither flag, nor needs them. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** What open() says of things that are no files: a link (ELOOP, on BSD EMLINK), a socket or a pipe (ENXIO). */
const NO_FILE: ReadonlySet<string> = new Set(['ELOOP', 'EMLINK', 'ENXIO']);

/**
 * The content of `digest`; undefined when there is none. What is not exactly that content (another one, a link, a folder,
 * a pipe, more than {@link MAX_ENTRY_BYTES}) counts as none and is removed. Throws what the system says when it cannot
 * be read at all.
 *
 * The thread waits for the disk: that takes a fifth of the time that handing each step to another thread would, and a
 * thousand readers hold one descriptor, not a thousand.
 */
export function readEntry({ path }: EntryPlace, digest: Digest): Uint8Array | undefined {
  const bytes = readFileBounded(path);
  if (bytes === undefined) return undefined;
  if (bytes !== 'damaged' && matchesDigest(bytes, digest)) return bytes;
  removeQuietly(path);
  return undefined;
}

function readFileBounded(path: string): Uint8Array | 'damaged' | undefined {
  try {
    const descriptor = openSync(path, READ_FLAGS);
    try {
      return readOpenFile(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const code = findSystemCode(error);
    if (code === 'ENOENT') return undefined;
    if (NO_FILE.has(code)) return 'damaged';
    throw error;
  }
}

function readOpenFile(descriptor: number): Uint8Array | 'damaged' {
  const stats = fstatSync(descriptor);
  if (!stats.isFile() || stats.size > MAX_ENTRY_BYTES) return 'damaged';
  const bytes = new Uint8Array(stats.size);
  let filled = 0;
  while (filled < bytes.length) {
    const count = readSync(descriptor, bytes, filled, bytes.length - filled, filled);
    if (count === 0) return 'damaged';
    filled += count;
  }
  return bytes;
}

/**
 * Puts `bytes` in its place in one step, over whatever is there, so that no other process ever sees half of it. The folder
 * is made when it is missing; nothing is kept when another process removes it at that moment. Not flushed to the disk: what
 * a power cut leaves behind is found out on reading. The thread waits here as well, and for the same reason.
 */
export function writeEntry({ folder, path }: EntryPlace, bytes: Uint8Array): void {
  const temporary = `${path}.${randomUUID()}`;
  try {
    writeNew(temporary, folder, bytes);
    renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    // Windows does not replace a file that somebody reads: then it is there already.
    if (!existsSync(path) && findSystemCode(error) !== 'ENOENT') throw error;
  }
}

function writeNew(path: string, folder: string, bytes: Uint8Array): void {
  const options = { flag: 'wx', mode: 0o600 };
  try {
    writeFileSync(path, bytes, options);
  } catch (error) {
    if (findSystemCode(error) !== 'ENOENT') throw error;
    makeFolders(folder);
    writeFileSync(path, bytes, options);
  }
}

/** A cache that may only be read stays as it is. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // The next reader finds it damaged as well.
  }
}
