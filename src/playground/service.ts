import { PlaitError } from '../errors/plait-error.ts';
import { createDiskFiles } from './disk-files.ts';
import type { Features, Service } from './exchange.ts';
import type { FileStore } from './files.ts';
import { createMemoryFiles } from './memory-files.ts';
import { createMutex } from './mutex.ts';
import type { PlaygroundOptions } from './options.ts';
import { seedStore } from './seed.ts';
import { RegistryStore } from './store.ts';
import { removeLeftovers } from './tidy.ts';
import { type UploadLimits, UploadSessions } from './uploads.ts';

const DEFAULT_FEATURES: Features = {
  multiTag: true,
  mount: true,
  anonymousMount: true,
  singlePost: true,
  tagDelete: true,
  referrers: true,
  sparse: false,
};
const MAX_PAGE_ITEMS = 10_000;
const MIB = 1024 * 1024;
const MAX_MEMORY_BYTES = 1024 * MIB;
const MEMORY_LIMITS: UploadLimits = { maxBlobBytes: 256 * MIB, maxSessions: 1000, idleMs: 10 * 60_000 };
const DISK_LIMITS: UploadLimits = { ...MEMORY_LIMITS, maxBlobBytes: 4096 * MIB };

/** The registry behind the server, with the samples in it when asked for. Throws USAGE when the folder cannot be used. */
export async function createService(options: PlaygroundOptions): Promise<Service> {
  const { directory, limits, features } = options;
  const files = directory === undefined ? createMemoryFiles(MAX_MEMORY_BYTES) : await openDirectory(directory);
  const defaults = directory === undefined ? MEMORY_LIMITS : DISK_LIMITS;
  const store = new RegistryStore(files);
  const { seed = false } = options;
  if (seed !== false) await (seed === true ? seedStore(store) : seed(store));
  return {
    store,
    uploads: new UploadSessions({ ...defaults, ...limits }, options.elapsedMs ?? (() => 0)),
    changes: createMutex(),
    features: { ...DEFAULT_FEATURES, ...features },
    maxPageItems: options.maxPageItems ?? MAX_PAGE_ITEMS,
  };
}

async function openDirectory(directory: string): Promise<FileStore> {
  try {
    const files = await createDiskFiles(directory);
    await removeLeftovers(files);
    return files;
  } catch (cause) {
    throw new PlaitError('USAGE', `the folder ${directory} cannot be used: ${String(cause)}`, {
      hint: 'name a folder that this user may write to, or leave it out to keep everything in memory',
      cause,
    });
  }
}
