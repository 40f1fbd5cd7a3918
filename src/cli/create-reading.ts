import { PlaitError } from '../errors/plait-error.ts';
import type { Reference } from '../oci/reference.ts';
import { renderError } from '../report/text-error.ts';
import type { ContentReader } from '../state/content-reader.ts';
import { findAllImages } from '../state/find-images.ts';
import { CommandEnd } from './command-end.ts';
import type { CliContext } from './context.ts';
import type { ReadSource } from './create-declaration.ts';
import { chooseStyle } from './display.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { tell } from './log.ts';

/** Tells of every source that cannot be read, and ends the command when there is one. */
export async function readSources(
  context: CliContext,
  reader: ContentReader,
  sources: readonly Reference[],
): Promise<readonly ReadSource[]> {
  const findings = await findAllImages(reader, sources);
  context.signal.throwIfAborted();
  const failures = findings.flatMap((finding) => (finding.kind === 'failed' ? [toFailure(finding.error)] : []));
  const style = chooseStyle(context, context.stderr, 'auto');
  for (const error of failures) tell(context, 'error', renderError(error, style));
  if (failures.length > 0) throw new CommandEnd(EXIT_CODES.error);
  return findings.flatMap((finding) => (finding.kind === 'found' ? [finding] : []));
}

/** What a config would do about a source that does not exist is of no help here. */
function toFailure(error: PlaitError): PlaitError {
  if (error.code !== 'SOURCE_MISSING') return error;
  return new PlaitError('SOURCE_MISSING', error.message, { hint: 'push it first, or correct its name', cause: error });
}
