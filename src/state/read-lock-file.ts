import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { PlaitError } from '../errors/plait-error.ts';
import { type LockFile, MAX_LOCK_BYTES, parseLockFile } from './lock-file.ts';

/** A lock file as it is stored. */
export interface StoredLock {
  readonly lock: LockFile;
  readonly text: string;
  /** Of the bytes, hexadecimal. */
  readonly sha256: string;
}

/**
 * The lock file at `absolute`, undefined when there is none; `path` is its name for messages. Throws LOCK_INVALID for one
 * that cannot be read or is none.
 */
export async function readLockFile(absolute: string, path: string): Promise<StoredLock | undefined> {
  const bytes = await readBytes(absolute, path);
  if (bytes === undefined) return undefined;
  const text = decode(bytes, path);
  return { lock: parseLockFile(text, path), text, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** The size is looked at first, and that it is a file: a device could be read for ever. */
async function readBytes(absolute: string, path: string): Promise<Uint8Array | undefined> {
  try {
    const found = await stat(absolute);
    if (!found.isFile()) throw unusable(path, 'is not a file');
    if (found.size > MAX_LOCK_BYTES) throw unusable(path, `has more than ${MAX_LOCK_BYTES} bytes`);
    return await readFile(absolute);
  } catch (error) {
    if (error instanceof PlaitError) throw error;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw unusable(path, `cannot be read (${code})`, error);
  }
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw unusable(path, 'is not UTF-8 text', error);
  }
}

function unusable(path: string, reason: string, cause?: unknown): PlaitError {
  return new PlaitError('LOCK_INVALID', `the lock file ${path} ${reason}`, {
    hint: 'make it readable, name another one with --lock-file, or go without it with  --lock off',
    cause,
  });
}
