import { resolve } from 'node:path';
import { MAX_RESULT_BYTES, readResultDocument } from '../apply/read-result.ts';
import type { ResultDocument } from '../apply/result-schema.ts';
import { readWhole } from '../config/read-whole.ts';
import { isPlaitError, PlaitError } from '../errors/plait-error.ts';
import type { CliContext } from './context.ts';

/** A result file, and the bytes that it was read from. */
export interface SavedResult {
  readonly document: ResultDocument;
  readonly bytes: Uint8Array;
}

const HINT = 'make one with  plait apply --result FILE';

/** Throws RESULT_INVALID for a file that is missing, too large, or not what Plait wrote. */
export async function readResult(context: CliContext, path: string): Promise<SavedResult> {
  const bytes = await readBytes(context, path);
  if (bytes === undefined) throw new PlaitError('RESULT_INVALID', `${path} is larger than any result`, { hint: HINT });
  return { document: readResultDocument(bytes), bytes };
}

async function readBytes({ workingDirectory, signal }: CliContext, path: string): Promise<Uint8Array | undefined> {
  try {
    return await readWhole(resolve(workingDirectory, path), { maxBytes: MAX_RESULT_BYTES, signal });
  } catch (cause) {
    if (isPlaitError(cause)) throw cause;
    throw new PlaitError('RESULT_INVALID', `the result file ${path} cannot be read`, { hint: HINT, cause });
  }
}
