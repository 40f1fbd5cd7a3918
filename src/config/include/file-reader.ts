import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isPlaitError } from '../../errors/plait-error.ts';
import { MAX_FILE_BYTES } from '../limits.ts';
import { decodeText, toShownPath } from '../read-config.ts';
import type { FoundFile, IncludeReader, IncludeRequest } from './include-reader.ts';
import { listFiles } from './list-files.ts';
import { isInside, splitGlob } from './paths.ts';
import { IncludeProblem } from './problem.ts';

/** Reads from the disk. Paths are shown as those of other configs: relative to `workingDirectory` when below it. */
export function createIncludeReader(workingDirectory: string): IncludeReader {
  return {
    find: (request) => {
      const root = attempt(() => realpathSync(request.root));
      if (root.kind === 'problem') return [];
      const found = find(request, root.value);
      if (found.kind === 'problem') return [{ ...found, path: request.glob }];
      return found.value.map((path) => readFile({ path, root: root.value, workingDirectory }));
    },
  };
}

type Attempt<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'problem'; readonly problem: string };

/** Absolute paths, sorted. */
function find({ directory, glob }: IncludeRequest, root: string): Attempt<readonly string[]> {
  const { base, glob: rest } = splitGlob(glob);
  const start = resolve(directory, base);
  const found = attempt(() => {
    if (!isInside(root, realpathSync(start))) throw new IncludeProblem(LEADS_OUT);
    return rest === '' ? [start] : listFiles(start, rest);
  });
  return found.kind === 'problem' && found.problem === NOT_THERE ? { kind: 'done', value: [] } : found;
}

const NOT_THERE = 'does not exist';
const LEADS_OUT = 'is a link that leads out of the folder';

interface Reading {
  readonly path: string;
  readonly root: string;
  readonly workingDirectory: string;
}

function readFile({ path, root, workingDirectory }: Reading): FoundFile {
  const shown = toShownPath(path, workingDirectory);
  const read = attempt(() => {
    const realPath = realpathSync(path);
    if (!isInside(root, realPath)) throw new IncludeProblem(LEADS_OUT);
    const stats = statSync(realPath);
    if (!stats.isFile()) throw new IncludeProblem(stats.isDirectory() ? 'is a folder' : 'is no regular file');
    if (stats.size > MAX_FILE_BYTES) throw new IncludeProblem(`has more than ${MAX_FILE_BYTES} bytes`);
    const text = decodeText(readFileSync(realPath));
    if (text === undefined) throw new IncludeProblem('is not UTF-8 text');
    return { path: shown, directory: dirname(path), realPath, text };
  });
  return read.kind === 'done' ? { kind: 'file', source: read.value } : { ...read, path: shown };
}

function attempt<T>(act: () => T): Attempt<T> {
  try {
    return { kind: 'done', value: act() };
  } catch (error) {
    if (error instanceof IncludeProblem || isPlaitError(error)) return { kind: 'problem', problem: error.message };
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    return { kind: 'problem', problem: isMissing ? NOT_THERE : `cannot be read (${code})` };
  }
}
