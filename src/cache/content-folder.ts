import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { findSystemCode } from './system-code.ts';

/**
 * Makes the content folder for this user alone, with the folders above it, and makes it so again when it is not. The
 * content of private repositories lies in it. Throws what the system says: EPERM when it belongs to somebody else,
 * ENOTDIR when it is a link or a file.
 */
export function makePrivateFolder(path: string): void {
  makeFolders(path);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  // Another process may just have cleaned the cache.
  if (stats === undefined) return;
  if (!stats.isDirectory()) throw Object.assign(new Error(`${path} is not a folder`), { code: 'ENOTDIR' });
  // Only the owner may do that, so it also shows whose folder it is.
  if ((stats.mode & 0o077) !== 0) chmodSync(path, 0o700);
}

/**
 * Makes a folder, and those above it that are missing, with mode 0700; does nothing when there is something. Node's own
 * `recursive` never comes back where nothing can be made though the parent is there, as in /proc (seen on Node 20).
 */
export function makeFolders(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const code = findSystemCode(error);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    makeFolders(dirname(path));
    makeFolder(path);
  }
}

/** As `mkdir`; another process may be faster. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (findSystemCode(error) !== 'EEXIST') throw error;
  }
}
