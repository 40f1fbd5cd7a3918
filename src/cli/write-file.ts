import { resolve } from 'node:path';
import { PlaitError } from '../errors/plait-error.ts';
import type { CliContext } from './context.ts';

/** Writes a whole file or nothing: a reader never sees half of it. Throws USAGE when the path cannot be written. */
export async function writeWholeFile(context: CliContext, path: string, text: string): Promise<void> {
  const { default: writeFileAtomic } = await import('write-file-atomic');
  try {
    await writeFileAtomic(resolve(context.workingDirectory, path), text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PlaitError('USAGE', `could not write ${path}: ${reason}`, {
      hint: 'name a path that can be written',
      cause,
    });
  }
}
