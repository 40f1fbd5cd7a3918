import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileStore, StagedFile } from './files.ts';

/**
 * A {@link FileStore} in a folder. Everything is written to `_tmp` first and renamed to its place, so a process killed at
 * any moment leaves whole files only; what it left in `_tmp` is removed by the next one. One process a folder.
 */
export async function createDiskFiles(directory: string): Promise<FileStore> {
  const temporary = join(directory, '_tmp');
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  const placeOf = (path: string) => join(directory, path);
  const newPlace = () => join(temporary, randomUUID());
  return {
    read: (path) => orUndefined(readFile(placeOf(path))),
    write: async (path, bytes) => {
      const staged = newPlace();
      await writeFile(staged, bytes);
      await moveFile(staged, placeOf(path));
    },
    remove: async (path) => {
      const removed = newPlace();
      await orUndefined(rename(placeOf(path), removed));
      await rm(removed, { recursive: true, force: true });
    },
    list: async (path) => (await orUndefined(readdir(placeOf(path)))) ?? [],
    findSize: async (path) => (await orUndefined(stat(placeOf(path))))?.size,
    stream: (path, range) => createReadStream(placeOf(path), range),
    stage: async () => {
      const path = newPlace();
      return new StagedOnDisk({ handle: await open(path, 'wx+'), path, placeOf });
    },
  };
}

async function moveFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await rename(from, to);
}

async function orUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly path: string;
  readonly placeOf: (path: string) => string;
}

class StagedOnDisk implements StagedFile {
  size = 0;
  readonly #file: OpenFile;

  constructor(file: OpenFile) {
    this.#file = file;
  }

  async append(chunk: Uint8Array): Promise<void> {
    let written = 0;
    while (written < chunk.length) {
      const { bytesWritten } = await this.#file.handle.write(chunk, written, chunk.length - written, this.size);
      written += bytesWritten;
      this.size += bytesWritten;
    }
  }

  read(): AsyncIterable<Uint8Array> {
    return this.#file.handle.createReadStream({ start: 0, autoClose: false });
  }

  async moveTo(path: string): Promise<void> {
    await this.#file.handle.close();
    await moveFile(this.#file.path, this.#file.placeOf(path));
  }

  async discard(): Promise<void> {
    await this.#file.handle.close();
    await rm(this.#file.path, { force: true });
  }
}
