import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PlaitError } from '../errors/plait-error.ts';
import { createExplorer } from './explorer.ts';
import { MAX_FILE_BYTES } from './limits.ts';

/** The names a config file is found by, the first one first. */
const PLACES = ['manifests.yaml', 'manifests.yml'];

/** Only the place is of interest here; the file is read and parsed with positions and bounds later. */
const LOADERS = { '.yaml': () => true, '.yml': () => true };

/**
 * The absolute path of the config file in `directory` (absolute) or in the nearest parent up to the root of its
 * repository, the folder with `.git`; undefined when there is none. Outside of a repository only `directory` counts,
 * because a parent such as /tmp belongs to anybody. Throws CONFIG_INVALID for a file that cannot be read.
 */
export async function findConfig(directory: string): Promise<string | undefined> {
  const explorer = await createExplorer('manifests', PLACES, LOADERS);
  for (const folder of await listFolders(directory)) {
    const expected = await findReadable(folder);
    const found = await explorer.search(folder);
    if (found !== null) return found.filepath;
    if (expected !== undefined) throw unreadable(expected, 'it cannot be opened');
  }
  return undefined;
}

async function listFolders(directory: string): Promise<readonly string[]> {
  const folders: string[] = [];
  for (let folder = directory; ; folder = dirname(folder)) {
    folders.push(folder);
    if ((await findStats(join(folder, '.git'))) !== undefined) return folders;
    if (dirname(folder) === folder) return [directory];
  }
}

/** Explorers read a file whole and a device for ever, so they are kept from what no config can be. */
async function findReadable(folder: string): Promise<string | undefined> {
  let first: string | undefined;
  for (const path of PLACES.map((place) => join(folder, place))) {
    const stats = await findStats(path);
    if (stats === undefined || stats.isDirectory()) continue;
    if (!stats.isFile()) throw unreadable(path, 'it is not a regular file');
    if (stats.size > MAX_FILE_BYTES) throw unreadable(path, `it has more than ${MAX_FILE_BYTES} bytes`);
    first ??= path;
  }
  return first;
}

async function findStats(path: string) {
  try {
    return await stat(path);
  } catch {
    return undefined;
  }
}

function unreadable(path: string, reason: string): PlaitError {
  return new PlaitError('CONFIG_INVALID', `${path} was found as the config file, but ${reason}`, {
    hint: 'name the file to use with -f',
  });
}
