import type { RawManifest } from '../oci/manifest.ts';
import { isTag } from '../oci/repository.ts';
import { parseErrorBody } from '../transport/error-body.ts';
import { type BufferedResponse, listHeader } from '../transport/message.ts';
import type { RequestOptions } from './client.ts';
import { assertReference, describePlace, type Place, toPushAccess } from './context.ts';
import { toManifestPath } from './endpoint.ts';
import { looksImmutable } from './immutability.ts';
import { noteStored } from './note-stored.ts';
import { toPutFailure } from './put-errors.ts';

const ANSWER_LIMIT = { maxBytes: 1024 * 1024 };

/** distribution-spec promises 10; zot takes 46. */
const TAGS_PER_REQUEST = 40;
const SAFE_TAGS_PER_REQUEST = 10;
const URI_TOO_LONG = 414;

/** The tags to store one manifest under with as few requests as the registry allows. */
export interface TagsPut {
  readonly place: Place;
  readonly manifest: RawManifest;
  readonly tags: readonly string[];
  readonly options: RequestOptions;
}

/**
 * Stores a manifest under several tags (distribution-spec end-7b). Returns the tags that the registry named in
 * `OCI-Tag`: one that does not know the feature ignores the query and answers 201 all the same.
 */
export async function putManifestTags(put: TagsPut): Promise<readonly string[]> {
  put.tags.forEach(assertReference);
  if (!put.place.channel.memory.takesManyTags) return [];
  const confirmed: string[] = [];
  let left = put.tags;
  let size = TAGS_PER_REQUEST;
  while (left.length > 0) {
    const batch = left.slice(0, size);
    const answer = await putBatch(put, batch);
    if (answer === 'too-long' && size > SAFE_TAGS_PER_REQUEST) {
      size = SAFE_TAGS_PER_REQUEST;
      continue;
    }
    if (answer === 'too-long' || answer.length === 0) break;
    confirmed.push(...answer);
    left = left.slice(batch.length);
  }
  return confirmed;
}

async function putBatch(put: TagsPut, tags: readonly string[]): Promise<readonly string[] | 'too-long'> {
  const { place, manifest, options } = put;
  const purpose = `push ${describePlace(place.repository, tags.join(', '))}`;
  const query = tags.map((tag) => `tag=${encodeURIComponent(tag)}`).join('&');
  const response = await place.channel.send(
    {
      method: 'PUT',
      target: `${toManifestPath(place.repository, manifest.digest)}?${query}`,
      purpose,
      headers: { 'content-type': manifest.mediaType },
      body: manifest.bytes,
      access: toPushAccess(place.repository),
      // What became of a lost request shows when the tags are pushed one by one.
      repeat: 'unprocessed',
      headersMs: place.channel.transport.timeouts.manifestPutMs,
      signal: options.signal,
      onAbort: 'finish',
    },
    ANSWER_LIMIT,
  );
  if (response.status === 201) {
    const confirmed = readConfirmed(response, tags);
    if (confirmed.length === 0) place.channel.memory.takesManyTags = false;
    for (const reference of confirmed) noteStored({ place, reference, manifest, options });
    return confirmed;
  }
  if (response.status === URI_TOO_LONG) return 'too-long';
  // One tag of several that must not move: which one, and what it holds, shows when they are pushed one by one.
  if (looksImmutable(response.status, parseErrorBody(response.headers, response.body))) return [];
  const single = { place, reference: manifest.digest, manifest, options };
  const failure = await toPutFailure(single, { channel: place.channel, purpose, method: 'PUT', response });
  if (failure !== undefined) throw failure.error;
  return [];
}

function readConfirmed(response: BufferedResponse, tags: readonly string[]): readonly string[] {
  const named = listHeader(response.headers, 'oci-tag').flatMap((value) => value.split(','));
  const confirmed = new Set(named.map((tag) => tag.trim()).filter(isTag));
  return tags.filter((tag) => confirmed.has(tag));
}
