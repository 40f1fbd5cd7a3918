import { formatLockFile, type LockFile } from '../state/lock-file.ts';
import type { CliContext } from './context.ts';
import { withMarker } from './file-marker.ts';
import { type LockPlace, readLock } from './lock-input.ts';
import { writeWholeFile } from './write-file.ts';

/**
 * Replaces the lock file by what `change` makes of it, whole or not at all. It is read anew for that, and nobody else writes
 * it meanwhile, so that two runs at the same time both find their entries in it. False when nothing changed, and then nothing
 * is written. Throws OUTPUT_FAILED, and LOCK_INVALID when it is none any more.
 */
export async function changeLock(
  context: CliContext,
  place: LockPlace,
  change: (current: LockFile) => LockFile,
): Promise<boolean> {
  if ((await findChange(place, change)) === undefined) return false;
  return withMarker(context.clock, place.absolute, async () => {
    const text = await findChange(place, change);
    if (text !== undefined) await writeWholeFile(context, place.absolute, text);
    return text !== undefined;
  });
}

/** The text to write; undefined when it would say what the file says. */
async function findChange(place: LockPlace, change: (current: LockFile) => LockFile): Promise<string | undefined> {
  const current = await readLock(place);
  const text = formatLockFile(change(current));
  return text === formatLockFile(current) ? undefined : text;
}
