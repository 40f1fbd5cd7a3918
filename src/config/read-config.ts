import { createReadStream, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { isPlaitError, PlaitError } from '../errors/plait-error.ts';
import { MAX_FILE_BYTES } from './limits.ts';
import type { ConfigSource } from './source-file.ts';

/**
 * The config file at `path`, which may be relative to `workingDirectory` (absolute) and comes from `flag`. Pipes are read
 * to their end. Throws CONFIG_NOT_FOUND when there is no such file, CONFIG_INVALID when it is too large, not UTF-8 or
 * cannot be read.
 */
export async function readConfig(path: string, workingDirectory: string, flag = '-f'): Promise<ConfigSource> {
  const absolute = resolve(workingDirectory, path);
  const text = decodeText(await readBounded(absolute, { path, flag }));
  if (text === undefined) {
    throw new PlaitError('CONFIG_INVALID', `${path} is not UTF-8 text`, { hint: 'save it as UTF-8' });
  }
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

/** A config from standard input; paths in it are relative to `workingDirectory`. */
export function toStdinConfig(text: string, workingDirectory: string): ConfigSource {
  return { path: '-', directory: workingDirectory, text };
}

/** The path as given, and the flag before it. */
interface Given {
  readonly path: string;
  readonly flag: string;
}

async function readBounded(absolute: string, given: Given): Promise<Uint8Array> {
  try {
    const found = statSync(absolute);
    // A small file at once, as nearly every start has one: streams and threads take longer than to read it.
    const isSmall = found.isFile() && found.size <= MAX_FILE_BYTES;
    const bytes = isSmall ? readFileSync(absolute) : await readPieces(absolute);
    if (bytes.byteLength <= MAX_FILE_BYTES) return bytes;
  } catch (error) {
    throw toReadError(error, given);
  }
  throw new PlaitError('CONFIG_INVALID', `${given.path} has more than ${MAX_FILE_BYTES} bytes`, {
    hint: 'split the file',
  });
}

/** No more than is needed to know that there is too much. */
async function readPieces(absolute: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const stream: AsyncIterable<Uint8Array> = createReadStream(absolute, { end: MAX_FILE_BYTES });
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

function toReadError(error: unknown, { path, flag }: Given): PlaitError {
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
