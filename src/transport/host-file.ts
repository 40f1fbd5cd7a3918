import { readdir, readFile, stat } from 'node:fs/promises';
import { PlaitError } from '../errors/plait-error.ts';
import { compareText } from '../oci/text-order.ts';

const MAX_BYTES = 1024 * 1024;

/** The error for a file of this machine that says something on registries and cannot be used. */
export function toInvalidHostFile(path: string, problem: string, hint = `correct ${path}`): PlaitError {
  return new PlaitError('HOST_FILE_INVALID', `could not use ${path}: ${problem}`, { hint });
}

/** The text of a file; undefined when there is none. Throws HOST_FILE_INVALID when it cannot be read. */
export async function readHostFile(path: string): Promise<string | undefined> {
  try {
    const file = await stat(path);
    if (file.isFile() && file.size <= MAX_BYTES) return await readFile(path, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw toUnreadable(path, error);
  }
  throw toInvalidHostFile(
    path,
    `it is no file, or has more than ${MAX_BYTES} bytes`,
    `correct ${path}, or move it away`,
  );
}

/** As {@link readHostFile}, for a file that another one names: it must be there. */
export async function getHostFile(path: string, namedBy: string): Promise<string> {
  const text = await readHostFile(path);
  if (text !== undefined) return text;
  throw toInvalidHostFile(namedBy, `it names ${path}, which does not exist`);
}

/**
 * The names in a folder, sorted; undefined when there is no such folder, or none that one may look into: what is kept for
 * root only is not for us.
 */
export async function listFolder(path: string): Promise<readonly string[] | undefined> {
  try {
    return (await readdir(path)).sort(compareText);
  } catch (error) {
    if (isAbsent(error) || ['EACCES', 'EPERM'].includes(codeOf(error))) return undefined;
    throw toUnreadable(path, error);
  }
}

/** `text` when it holds a PEM block of this kind. Throws HOST_FILE_INVALID naming `path` when it does not. */
export function checkPem(text: string, path: string, kind: 'CERTIFICATE' | 'PRIVATE KEY'): string {
  if (new RegExp(`-----BEGIN (?:[A-Z]+ )?${kind}-----`).test(text)) return text;
  const hint = `it must be in PEM form, with a line that reads -----BEGIN ${kind}-----`;
  throw toInvalidHostFile(path, `it holds no ${kind.toLowerCase()}`, hint);
}

function toUnreadable(path: string, error: unknown): PlaitError {
  return toInvalidHostFile(path, `it cannot be read (${codeOf(error)})`, `let the user that runs Plait read ${path}`);
}

function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}
