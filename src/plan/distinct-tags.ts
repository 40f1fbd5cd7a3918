import { PlaitError } from '../errors/plait-error.ts';

/** A file, and the tags that it says something of. */
export interface TagList {
  readonly path: string;
  /** `repository:tag`. */
  readonly names: readonly string[];
}

/**
 * Pure: throws USAGE when two files say something of one tag. Together they would show it twice, and nobody could tell which of
 * the two holds.
 */
export function assertDistinctTags(files: readonly TagList[]): void {
  const owners = new Map<string, string>();
  for (const { path, names } of files) {
    for (const name of new Set(names)) {
      const owner = owners.get(name);
      if (owner !== undefined) throw told(name, owner, path);
      owners.set(name, path);
    }
  }
}

function told(name: string, first: string, second: string): PlaitError {
  const where = first === second ? `${first} is there twice` : `${first} and ${second} both say what becomes of it`;
  return new PlaitError('USAGE', `${name}: ${where}`, {
    hint: 'name files of one run only, such as those of its shards, each of them once',
  });
}
