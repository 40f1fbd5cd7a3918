import { join } from 'node:path';
import { type Digest, findAlgorithm } from '../oci/digest.ts';

/**
 * The folder inside the cache directory that is ours, with the version of the layout. Nothing beside it is ever read,
 * written or removed, so that a cache directory that is also somebody's home costs nobody a file.
 */
export const CONTENT_FOLDER = 'content-v1';

/** How many folders share the entries of one algorithm: one for each value of the first byte. */
export const FOLDERS_PER_ALGORITHM = 256;

/** Where one entry lies. Absolute when the content folder is. */
export interface EntryPlace {
  readonly folder: string;
  readonly path: string;
}

/**
 * `sha256/ab/<hex>`, made of nothing but the name of a known algorithm and checked hexadecimal digits (CVE-2024-3727).
 * Undefined for a digest whose algorithm Plait cannot compute: its content could not be verified.
 */
export function findEntryPlace(contentFolder: string, digest: Digest): EntryPlace | undefined {
  const algorithm = findAlgorithm(digest);
  if (algorithm === undefined) return undefined;
  const hex = digest.slice(algorithm.length + 1);
  const folder = join(contentFolder, algorithm, hex.slice(0, 2));
  return { folder, path: join(folder, hex) };
}

/** True for the names of entries, and of entries that were being written when their process ended. */
export function isEntryName(name: string): boolean {
  return /^[0-9a-f]{64,128}(?:\.[0-9a-f-]{36})?$/.test(name);
}

/** True for the name of a folder of entries. */
export function isFolderName(name: string): boolean {
  return /^[0-9a-f]{2}$/.test(name);
}
