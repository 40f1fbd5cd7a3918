import type { Readable } from 'node:stream';

/** Bytes `start` to `end`, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Content on its way in: it has no path yet and nobody can read it until it is moved to one. */
export interface StagedFile {
  /** Bytes appended so far. */
  readonly size: number;
  append(chunk: Uint8Array): Promise<void>;
  /** What was appended so far, from the start. */
  read(): AsyncIterable<Uint8Array>;
  /** Gives the content its place, replacing what was there in one step. The staged file is used up. */
  moveTo(path: string): Promise<void>;
  /** Forgets the content; harmless after `moveTo`. */
  discard(): Promise<void>;
}

/**
 * The little of a file system that the registry stands on, so that memory and disk share everything above it. Paths have
 * forward slashes and no `.` or `..`; callers build them from checked names and digests only.
 */
export interface FileStore {
  read(path: string): Promise<Uint8Array | undefined>;
  /** Replaces the file in one step: a reader sees the old content or the new, also after a crash. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Removes the file or folder with all it holds, in one step for readers. Nothing happens when there is none. */
  remove(path: string): Promise<void>;
  /** Names of what the folder holds, unsorted; empty when there is no such folder. */
  list(path: string): Promise<readonly string[]>;
  /** Size in bytes, undefined when there is no such file. */
  findSize(path: string): Promise<number | undefined>;
  stream(path: string, range: ByteRange): Readable;
  stage(): Promise<StagedFile>;
}
