import { resolve } from 'node:path';
import { MAX_RESULT_BYTES, readResultDocument } from '../apply/read-result.ts';
import type { ResultDocument } from '../apply/result-schema.ts';
import { PlaitError } from '../errors/plait-error.ts';
import type { CliContext } from './context.ts';
import { readWhole } from './read-whole.ts';

/** A result file, and the bytes that it was read from. */
export interface SavedResult {
  readonly document: ResultDocument;
  readonly bytes: Uint8Array;
}

const HINT = 'make one with  plait apply --result FILE';

/** Throws RESULT_INVALID for a file that is missing, too large, or not what Plait wrote. */
export async function readResult(context: CliContext, path: string): Promise<SavedResult> {
  const bytes = await readBytes(resolve(context.workingDirectory, path), path);
  if (bytes === undefined) throw new PlaitError('RESULT_INVALID', `${path} is larger than any result`, { hint: HINT });
  return { document: readResultDocument(bytes), bytes };
}

async function readBytes(absolute: string, path: string): Promise<Uint8Array | undefined> {
  try {
    return await readWhole(absolute, MAX_RESULT_BYTES);
  } catch (cause) {
    throw new PlaitError('RESULT_INVALID', `the result file ${path} cannot be read`, { hint: HINT, cause });
  }
}
