import { join } from 'node:path';
import { cleanText } from '../errors/redact.ts';
import { type Digest, matchesDigest } from '../oci/digest.ts';
import { makePrivateFolder } from './content-folder.ts';
import { MAX_ENTRY_BYTES, readEntry, writeEntry } from './entry-file.ts';
import { hasEntries, toDiskBytes } from './entry-list.ts';
import { CONTENT_FOLDER, type EntryPlace, findEntryPlace } from './layout.ts';
import { findSystemCode } from './system-code.ts';
import { estimateDiskBytes, trimCache } from './trim.ts';

/** The bound when none is given: room for 65,000 images, each with a manifest and a config of a block of the disk. */
export const DEFAULT_MAX_CACHE_BYTES = 512 * 1024 * 1024;

/**
 * Content by its digest, kept between runs: manifests and image configs. What is in it was read by this user once, from
 * some registry. That says nothing of whether a registry holds it now or would show it to this user now, and no tag is
 * ever looked up in it.
 *
 * No method ever throws or hands out anything but the content of the digest: a cache that cannot be used is empty.
 */
export interface ContentCache {
  /** True when nothing was kept before this run: to ask what a tag holds, and only then for the content, costs more. */
  beganEmpty(): boolean;
  /** Hashed again. Undefined when absent, damaged or too large; what is damaged is removed. */
  get(digest: Digest): Promise<Uint8Array | undefined>;
  /** Keeps `bytes`, if they are the content of `digest` and no more than 8 MiB. */
  put(digest: Digest, bytes: Uint8Array): Promise<void>;
  /** To be called once, at the end of a run: removes the entries unused for longest if the cache grew over its bound. */
  close(): Promise<void>;
}

export interface ContentCacheOptions {
  /** Absolute. Made with mode 0700 when something is put in first; nothing is touched before. */
  readonly directory: string;
  /**
   * What the cache may take up on disk, about: a run may add a quarter before it looks. Bytes, rounded up to blocks of
   * 4 KiB for each entry.
   */
  readonly maxBytes?: number;
  /** Called at most once, with a sentence for the user, when the cache cannot be used. */
  readonly onProblem?: (message: string) => void;
}

/** The cache of a run without one: always empty. */
export const NO_CACHE: ContentCache = Object.freeze({
  beganEmpty: () => true,
  get: async () => undefined,
  put: async () => undefined,
  close: async () => undefined,
});

/** How many folders the size is estimated from. */
const SAMPLED_FOLDERS = 8;

/** Nothing is read or made before the first use. Any number of processes may share one directory. */
export function openContentCache(options: ContentCacheOptions): ContentCache {
  const { directory, maxBytes = DEFAULT_MAX_CACHE_BYTES } = options;
  const contentFolder = join(directory, CONTENT_FOLDER);
  const report = reportOnce(options);
  const keep = createWriter(contentFolder);
  const touched = new Set<string>();
  let unseenBytes = 0;
  let wasEmpty: boolean | undefined;

  async function store(place: EntryPlace, bytes: Uint8Array): Promise<void> {
    keep(place, bytes);
    if (touched.size < SAMPLED_FOLDERS) touched.add(place.folder);
    unseenBytes += toDiskBytes(bytes.length);
    if (unseenBytes <= maxBytes / 4) return;
    unseenBytes = 0;
    await trimCache(contentFolder, maxBytes);
  }

  return {
    beganEmpty: () => {
      wasEmpty ??= !hasEntries(contentFolder);
      return wasEmpty;
    },
    get: (digest) =>
      report(async () => {
        const place = findEntryPlace(contentFolder, digest);
        return place && readEntry(place, digest);
      }),
    put: async (digest, bytes) => {
      const place = findEntryPlace(contentFolder, digest);
      if (place === undefined || bytes.length > MAX_ENTRY_BYTES || !matchesDigest(bytes, digest)) return;
      await report(() => store(place, bytes));
    },
    close: async () => {
      await report(async () => {
        if ((await estimateDiskBytes([...touched])) > maxBytes) await trimCache(contentFolder, maxBytes);
      });
    },
  };
}

type Writer = (place: EntryPlace, bytes: Uint8Array) => void;

/** Makes the folder before the first entry, and gives up for this run when it or an entry cannot be written. */
function createWriter(contentFolder: string): Writer {
  let state: 'new' | 'ready' | 'failed' = 'new';
  return (place, bytes) => {
    if (state === 'failed') return;
    const isNew = state === 'new';
    state = 'failed';
    if (isNew) makePrivateFolder(contentFolder);
    writeEntry(place, bytes);
    state = 'ready';
  };
}

type Reporter = <T>(work: () => Promise<T>) => Promise<T | undefined>;

/** Runs work that may fail for reasons of the system. The first failure is told, and all of them are swallowed. */
function reportOnce({ directory, onProblem = () => undefined }: ContentCacheOptions): Reporter {
  let isTold = false;
  return async (work) => {
    try {
      return await work();
    } catch (error) {
      const cause = findSystemCode(error) || String(error);
      if (!isTold) onProblem(cleanText(`the cache in ${directory} cannot be used (${cause})`));
      isTold = true;
      return undefined;
    }
  };
}
