import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { isPlaitError, PlaitError } from '../errors/plait-error.ts';
import { MAX_FILE_BYTES } from './limits.ts';
import { readWhole } from './read-whole.ts';
import type { ConfigSource } from './source-file.ts';

export interface ConfigRequest {
  /** Absolute. */
  readonly workingDirectory: string;
  /** The one that the path comes from; `-f` when absent. */
  readonly flag?: string;
  readonly signal?: AbortSignal;
}

/**
 * The config file at `path`, which may be relative to the working directory. Pipes are read to their end. Throws
 * CONFIG_NOT_FOUND when there is no such file, CONFIG_INVALID when it is too large, not UTF-8 or cannot be read, and the
 * reason of the signal.
 */
export async function readConfig(path: string, request: ConfigRequest): Promise<ConfigSource> {
  const { workingDirectory } = request;
  const absolute = resolve(workingDirectory, path);
  const text = toText(await readBytes(absolute, { path, request }), path);
  const shown = toShownPath(absolute, workingDirectory);
  const realPath = findRealPath(absolute);
  return { path: shown, directory: dirname(absolute), ...(realPath === undefined ? {} : { realPath }), text };
}

/** Undefined for what is no file, as the pipe of  -f <(…). */
function findRealPath(absolute: string): string | undefined {
  try {
    return realpathSync.native(absolute);
  } catch {
    return undefined;
  }
}

/**
 * A config from standard input, of which undefined is too much; paths in it are relative to `workingDirectory`. Throws
 * CONFIG_INVALID.
 */
export function toStdinConfig(bytes: Uint8Array | undefined, workingDirectory: string): ConfigSource {
  return { path: '-', directory: workingDirectory, text: toText(bytes, 'standard input') };
}

function toText(bytes: Uint8Array | undefined, name: string): string {
  if (bytes === undefined) {
    throw new PlaitError('CONFIG_INVALID', `${name} has more than ${MAX_FILE_BYTES} bytes`, { hint: 'split the file' });
  }
  const text = decodeText(bytes);
  if (text !== undefined) return text;
  throw new PlaitError('CONFIG_INVALID', `${name} is not UTF-8 text`, { hint: 'save it as UTF-8' });
}

/** The path as given, and what goes with it. */
interface Given {
  readonly path: string;
  readonly request: ConfigRequest;
}

async function readBytes(absolute: string, given: Given): Promise<Uint8Array | undefined> {
  const { signal } = given.request;
  try {
    return await readWhole(absolute, { maxBytes: MAX_FILE_BYTES, signal });
  } catch (error) {
    throw toReadError(error, given);
  }
}

function toReadError(error: unknown, { path, request: { flag = '-f' } }: Given): PlaitError {
  if (isPlaitError(error)) return error;
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new PlaitError('CONFIG_NOT_FOUND', `${path} does not exist`, {
      hint: `check the path after ${flag}`,
      cause: error,
    });
  }
  const reason = code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
  return new PlaitError('CONFIG_INVALID', `${path} ${reason}`, { hint: 'name a readable file', cause: error });
}

/** The text in UTF-8 bytes; undefined when they are something else. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Short and the same on all machines where the file is below the working directory; else absolute. */
export function toShownPath(absolute: string, workingDirectory: string): string {
  const short = relative(workingDirectory, absolute);
  const isBelow = short !== '' && !isAbsolute(short) && short.split(sep)[0] !== '..';
  return isBelow ? short.replaceAll(sep, '/') : absolute;
}
