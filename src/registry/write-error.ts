import type { PlaitError } from '../errors/plait-error.ts';
import { parseErrorBody } from '../transport/error-body.ts';
import { type Refusal, toRegistryError } from './errors.ts';

/** A refusal that speaks of one place does not hold for the others: Harbor has projects that only pass on. */
const ONE_PLACE = /\b(project|repository|image|tag)\b/i;

/** The error for a refused write. Remembers a registry that takes none, so that nothing more is sent there in vain. */
export function toWriteError(refusal: Refusal): PlaitError {
  const error = toRegistryError(refusal);
  const { headers, body } = refusal.response;
  if (error.code === 'REGISTRY_READ_ONLY' && !ONE_PLACE.test(parseErrorBody(headers, body).text))
    refusal.channel.memory.isReadOnly = true;
  return error;
}
