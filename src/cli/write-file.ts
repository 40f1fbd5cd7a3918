import { constants, type Stats } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { ErrorCode } from '../errors/codes.ts';
import { PlaitError } from '../errors/plait-error.ts';
import type { CliContext } from './context.ts';
import { replaceFile, writeInto } from './replace-file.ts';

type Place = Pick<CliContext, 'workingDirectory'>;

/** A text, or the pieces of one that is better not made as a whole. */
export type Text = string | Iterable<string>;

export function toPieces(text: Text): Iterable<string> {
  return typeof text === 'string' ? [text] : text;
}

/** Throws USAGE when one of `paths` cannot be written, for commands to say so before they contact a registry. */
export async function assertWritable(place: Place, paths: readonly (string | undefined)[]): Promise<void> {
  for (const path of paths) if (path !== undefined) await assertPath(place, path);
}

/** Throws USAGE when there is a file at `path` already. A device or a pipe is none. */
export async function assertAbsent(place: Place, path: string | undefined): Promise<void> {
  const found = path === undefined ? undefined : await findStats(resolve(place.workingDirectory, path));
  if (found === undefined || isSpecial(found)) return;
  throw new PlaitError('USAGE', `${path ?? ''} is there already`, {
    hint: 'name another file, or replace it with --overwrite',
  });
}

async function assertPath(place: Place, path: string): Promise<void> {
  const absolute = resolve(place.workingDirectory, path);
  try {
    const found = await findStats(absolute);
    if (found?.isDirectory() === true) throw new Error('it is a folder');
    await access(isSpecial(found) ? absolute : dirname(absolute), constants.W_OK);
  } catch (cause) {
    throw toError('USAGE', path, cause);
  }
}

/**
 * Writes a whole file or nothing: a reader never sees half of it. A device or a pipe is written to and never replaced.
 * Throws OUTPUT_FAILED.
 */
export async function writeWholeFile(place: Place, path: string, text: Text): Promise<void> {
  const absolute = resolve(place.workingDirectory, path);
  try {
    if (isSpecial(await findStats(absolute))) {
      await writeInto(absolute, toPieces(text));
      return;
    }
    if (typeof text !== 'string') {
      await replaceFile(absolute, text);
      return;
    }
    const { default: writeFileAtomic } = await import('write-file-atomic');
    await writeFileAtomic(absolute, text);
  } catch (cause) {
    throw toError('OUTPUT_FAILED', path, cause);
  }
}

function isSpecial(found: Stats | undefined): boolean {
  return found !== undefined && !found.isFile();
}

async function findStats(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch {
    return undefined;
  }
}

function toError(code: ErrorCode, path: string, cause: unknown): PlaitError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new PlaitError(code, `could not write ${path}: ${reason}`, { hint: 'name a path that can be written', cause });
}
