import { type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PlaitError } from '../errors/plait-error.ts';
import { createExplorer } from './explorer.ts';
import { MAX_FILE_BYTES } from './limits.ts';

/** A kind of file that is looked for. */
export interface Wanted {
  /** For messages: `the config file`. */
  readonly title: string;
  /** How to name another file, for hints. */
  readonly hint: string;
  /** The property of a `package.json` that counts. */
  readonly property: string;
  /** The names it has, the first one first. */
  readonly places: readonly string[];
  /** By extension; what a loader gives says only whether the file counts. It is read with positions and bounds later. */
  readonly loaders: Parameters<typeof createExplorer>[2];
}

/**
 * The absolute path of the file in `directory` (absolute) or in the nearest parent up to the root of its repository, the
 * folder with `.git`; undefined when there is none. Outside of a repository only `directory` counts, because a parent
 * such as /tmp belongs to anybody. Throws CONFIG_INVALID for a file that cannot be read.
 */
export async function findUpwards(directory: string, wanted: Wanted): Promise<string | undefined> {
  for (const folder of listFolders(directory)) {
    const places = listReadable(folder, wanted);
    if (places.length === 0) continue;
    const explorer = await createExplorer(wanted.property, places, wanted.loaders);
    const found = await explorer.search(folder);
    if (found !== null) return found.filepath;
    const lost = places.find((place) => place !== PACKAGE);
    if (lost !== undefined) throw unreadable(join(folder, lost), 'it cannot be opened', wanted);
  }
  return undefined;
}

/** A file that has other uses, so that it is passed over rather than complained about. */
const PACKAGE = 'package.json';

function listFolders(directory: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = directory; ; folder = dirname(folder)) {
    folders.push(folder);
    if (findStats(join(folder, '.git')) !== undefined) return folders;
    if (dirname(folder) === folder) return [directory];
  }
}

/** Explorers read a file whole and a device for ever, so they are kept from what no such file can be. */
function listReadable(folder: string, wanted: Wanted): readonly string[] {
  const readable: string[] = [];
  for (const place of wanted.places) {
    const stats = findStats(join(folder, place));
    if (stats === undefined || stats.isDirectory()) continue;
    const problem = findProblem(stats);
    if (problem === undefined) readable.push(place);
    else if (place !== PACKAGE) throw unreadable(join(folder, place), problem, wanted);
  }
  return readable;
}

function findProblem(stats: Stats): string | undefined {
  if (!stats.isFile()) return 'it is not a regular file';
  return stats.size > MAX_FILE_BYTES ? `it has more than ${MAX_FILE_BYTES} bytes` : undefined;
}

/** Not by way of a thread: that takes longer than the few files there are to look at. */
function findStats(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function unreadable(path: string, reason: string, { title, hint }: Wanted): PlaitError {
  return new PlaitError('CONFIG_INVALID', `${path} was found as ${title}, but ${reason}`, { hint });
}
