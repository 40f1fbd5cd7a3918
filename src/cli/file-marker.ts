import { open, stat, unlink } from 'node:fs/promises';
import { PlaitError } from '../errors/plait-error.ts';
import type { Clock } from '../transport/clock.ts';

/** Whoever holds a marker needs milliseconds; one this old was left by a process that was killed. */
const ABANDONED_MS = 5_000;
const PAUSE_MS = 15;

/**
 * Runs `use` while no other process of this machine does so for the same file: beside it stands a marker, `FILE.busy`, as
 * git does it. Throws OUTPUT_FAILED when no marker can be made there.
 */
export async function withMarker<T>(clock: Clock, file: string, use: () => Promise<T>): Promise<T> {
  const marker = `${file}.busy`;
  await takeMarker(clock, marker);
  try {
    return await use();
  } finally {
    await remove(marker);
  }
}

async function takeMarker(clock: Clock, marker: string): Promise<void> {
  const begin = clock.elapsed();
  while (!(await tryMarker(marker))) {
    const isLate = clock.elapsed() - begin > ABANDONED_MS;
    if (isLate || (await isAbandoned(clock, marker))) await remove(marker);
    else await clock.sleep(PAUSE_MS * (1 + clock.random()));
  }
}

async function tryMarker(marker: string): Promise<boolean> {
  try {
    await (await open(marker, 'wx')).close();
    return true;
  } catch (cause) {
    if (isSystemError(cause, 'EEXIST')) return false;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PlaitError('OUTPUT_FAILED', `could not write ${marker}: ${reason}`, {
      hint: 'make the folder writable',
      cause,
    });
  }
}

async function isAbandoned(clock: Clock, marker: string): Promise<boolean> {
  try {
    return clock.now() - (await stat(marker)).mtimeMs > ABANDONED_MS;
  } catch {
    return false;
  }
}

async function remove(marker: string): Promise<void> {
  try {
    await unlink(marker);
  } catch {
    // Somebody else was faster, or the folder is not ours any more: the next one finds out.
  }
}

function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
