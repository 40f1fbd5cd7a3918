import { PlaitError } from '../errors/plait-error.ts';
import { isTag } from '../oci/repository.ts';
import { type ErrorBody, parseErrorBody } from '../transport/error-body.ts';
import type { RequestOptions, TagDeletion } from './client.ts';
import { describePlace, type Place } from './context.ts';
import { toManifestPath } from './endpoint.ts';
import { toRegistryError } from './errors.ts';
import { looksImmutable } from './immutability.ts';
import { isNotFound } from './not-found.ts';

const ANSWER_LIMIT = { maxBytes: 1024 * 1024 };

/** What registries that delete only by digest answer to a tag: distribution 2 takes it for a digest that is none. */
const UNSUPPORTED_CODES: ReadonlySet<string> = new Set(['UNSUPPORTED', 'DIGEST_INVALID']);

/**
 * Deletes one tag and nothing else. Where a registry cannot do that, nothing happens: to delete the digest instead would
 * take every other tag with it. Throws REFERENCE_INVALID for a digest, before anything is sent.
 */
export async function deleteTag(place: Place, tag: string, options: RequestOptions = {}): Promise<TagDeletion> {
  if (!isTag(tag)) throw new PlaitError('REFERENCE_INVALID', `"${tag.slice(0, 80)}" is not a tag`);
  const { memory } = place.channel;
  if (!memory.deletesTags) return 'unsupported';
  const purpose = `delete ${describePlace(place.repository, tag)}`;
  const response = await place.channel.send(
    {
      method: 'DELETE',
      target: toManifestPath(place.repository, tag),
      purpose,
      access: [{ path: place.repository.path, actions: ['pull', 'push', 'delete'] }],
      signal: options.signal,
    },
    ANSWER_LIMIT,
  );
  if (response.status === 202 || response.status === 200 || response.status === 204) {
    memory.forgetTag(place.repository, tag);
    return 'deleted';
  }
  if (response.status === 404 && isNotFound(response)) return 'absent';
  const body = parseErrorBody(response.headers, response.body);
  const error = toRegistryError({ channel: place.channel, purpose, method: 'DELETE', response });
  if (looksImmutable(response.status, body)) throw toImmutableError(error);
  if (!isUnsupported(response.status, body)) throw error;
  memory.deletesTags = false;
  return 'unsupported';
}

function isUnsupported(status: number, { codes }: ErrorBody): boolean {
  return status === 405 || status === 501 || (status === 400 && codes.some((code) => UNSUPPORTED_CODES.has(code)));
}

/** ACR locks tags one by one; others may go. */
function toImmutableError({ message, status }: PlaitError): PlaitError {
  const hint = 'the tag is locked or immutable; change the rule in the registry, or leave the tag';
  return new PlaitError('REGISTRY_TAG_IMMUTABLE', message, { hint, status });
}
