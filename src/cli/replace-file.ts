import { randomUUID } from 'node:crypto';
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';

/**
 * Writes a text in pieces to a new file beside `path`, which takes its place when it is whole and on the disk; until then, and
 * when anything goes wrong, what was there stays. A link stays a link. Throws what the system says.
 */
export async function replaceFile(path: string, pieces: Iterable<string>): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const temporary = `${target}.${randomUUID()}`;
  try {
    const file = await open(temporary, 'wx');
    try {
      const old = await stat(target).catch(() => undefined);
      if (old !== undefined) await file.chmod(old.mode & 0o777);
      await writePieces(file, pieces);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** To what is no file and keeps its place, as a pipe or a device. */
export async function writeInto(path: string, pieces: Iterable<string>): Promise<void> {
  const file = await open(path, 'w');
  try {
    await writePieces(file, pieces);
  } finally {
    await file.close();
  }
}

async function writePieces(file: FileHandle, pieces: Iterable<string>): Promise<void> {
  for (const batch of joinPieces(pieces)) await file.writeFile(batch);
}

/** Characters that are written at one time, at least. */
const BATCH_CHARS = 64 * 1024;

/** The same text in pieces of a size that is worth a call to the system. */
export function* joinPieces(pieces: Iterable<string>): Generator<string, void, void> {
  let batch: string[] = [];
  let size = 0;
  for (const piece of pieces) {
    batch.push(piece);
    size += piece.length;
    if (size < BATCH_CHARS) continue;
    yield batch.join('');
    batch = [];
    size = 0;
  }
  if (batch.length > 0) yield batch.join('');
}
