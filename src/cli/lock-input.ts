import { dirname, join, relative, resolve } from 'node:path';
import { findConfig } from '../config/discover.ts';
import { PlaitError } from '../errors/plait-error.ts';
import { EMPTY_LOCK, type LockFile } from '../state/lock-file.ts';
import type { LockUse } from '../state/lock-use.ts';
import { readLockFile } from '../state/read-lock-file.ts';
import type { CliContext } from './context.ts';
import type { InputOptions, LockOptions } from './options.ts';

/** Beside the first config file; the one on standard input counts as one in the working directory. */
export const LOCK_NAME = 'manifests.lock.yaml';

/** Where the lock file is, whether or not it is there. */
export interface LockPlace {
  readonly absolute: string;
  /** As the user knows it, for messages. */
  readonly path: string;
}

/** The lock file of a run. */
export interface OpenLock extends LockPlace {
  /** Undefined when the run is to go without. */
  readonly use: LockUse | undefined;
  /** Of the file, hexadecimal; null when there is none or it is not in use. */
  readonly sha256: string | null;
}

/** What places the lock file: its own flag, else the config. */
type LockFlags = Pick<InputOptions, 'file'> & LockOptions;

/** `isRecorded`: the run is about a plan that was made to be recorded. */
export interface LockDefaults {
  readonly isRecorded?: boolean;
}

/**
 * Reads the lock file as `--lock` says: without it, an existing file is enforced. Throws LOCK_INVALID, and LOCK_MISSING when
 * a file that was asked for is not there; no registry was contacted then.
 */
export async function openLock(
  context: CliContext,
  flags: LockFlags,
  { isRecorded = false }: LockDefaults = {},
): Promise<OpenLock> {
  const place = await findLockPlace(context, flags);
  if (flags.lock === 'off') return { ...place, use: undefined, sha256: null };
  const stored = await readLockFile(place.absolute, place.path);
  const mode = flags.lock ?? (isRecorded ? 'record' : 'enforce');
  if (stored === undefined && mode === 'enforce') {
    if (flags.lock === undefined && flags.lockFile === undefined) return { ...place, use: undefined, sha256: null };
    throw new PlaitError('LOCK_MISSING', `the lock file ${place.path} is not there`, {
      hint: 'make it with  plait lock, or let apply make it with  --lock record',
    });
  }
  return { ...place, use: { mode, lock: stored?.lock ?? EMPTY_LOCK }, sha256: stored?.sha256 ?? null };
}

/** The lock file as it is now; empty when there is none. */
export async function readLock({ absolute, path }: LockPlace): Promise<LockFile> {
  return (await readLockFile(absolute, path))?.lock ?? EMPTY_LOCK;
}

export async function findLockPlace({ workingDirectory }: CliContext, flags: LockFlags): Promise<LockPlace> {
  if (flags.lockFile !== undefined) {
    return { absolute: resolve(workingDirectory, flags.lockFile), path: flags.lockFile };
  }
  const config = await findConfigPath(workingDirectory, flags.file);
  const absolute = join(config === undefined ? workingDirectory : dirname(config), LOCK_NAME);
  const path = relative(workingDirectory, absolute);
  return { absolute, path: path.startsWith('..') ? absolute : path };
}

/** Absolute; undefined for standard input, and for a saved plan that is applied where there is no config. */
async function findConfigPath(workingDirectory: string, [first]: readonly string[]): Promise<string | undefined> {
  if (first === undefined) return findConfig(workingDirectory);
  return first === '-' ? undefined : resolve(workingDirectory, first);
}
