import { findAlgorithm, isDigest } from '../oci/digest.ts';
import { parseContentLength } from '../transport/body.ts';
import { type BufferedResponse, findHeader } from '../transport/message.ts';
import type { ManifestHead, RequestOptions } from './client.ts';
import type { Place } from './context.ts';
import { toRegistryError } from './errors.ts';
import { isFromRegistry } from './not-found.ts';
import { getManifest, requestManifest, toMediaType, toReadPurpose } from './read-manifest.ts';
import { noteTag } from './seen-tag.ts';

/** How often a registry that has not caught up with a push of this run is asked. */
export const SETTLE_TRIES = 4;

/**
 * The digest, type and size of a manifest with one HEAD, or with a GET where HEAD does not tell enough. What this run
 * pushed by digest is looked for a few times more: replicated registries show it late.
 */
export async function headManifest(
  place: Place,
  reference: string,
  options: RequestOptions = {},
): Promise<ManifestHead | undefined> {
  const { memory, transport } = place.channel;
  for (let attempt = 1; ; attempt += 1) {
    const head = await askOnce(place, reference, options);
    if (head !== undefined || !isDigest(reference) || !memory.wasPushed(place.repository, reference)) return head;
    if (attempt >= SETTLE_TRIES) {
      memory.forgetPushed(place.repository, reference);
      return undefined;
    }
    await transport.backOff(attempt, options.signal);
  }
}

async function askOnce(place: Place, reference: string, options: RequestOptions): Promise<ManifestHead | undefined> {
  const { memory } = place.channel;
  if (!memory.answersHead) return headByGet(place, reference, options);
  const seen = memory.findTag(place.repository, reference);
  const response = await requestManifest(place, { method: 'HEAD', reference, options, validator: seen?.validator });
  if (response.status === 304 && seen?.validator !== undefined) return seen.head;
  if (response.status === 404 && isFromRegistry(response)) return undefined;
  const head = readHead(response, reference);
  if (head !== undefined) {
    noteTag(place, reference, { head, headers: response.headers });
    return head;
  }
  assertWorthAsking(place, reference, response);
  if (isOfNoUse(response)) memory.answersHead = false;
  return headByGet(place, reference, options);
}

/** Throws for an answer that a GET would get too. */
function assertWorthAsking(place: Place, reference: string, response: BufferedResponse): void {
  const { status } = response;
  if (status !== 401 && status !== 429 && (status < 500 || status === 501)) return;
  const purpose = toReadPurpose(place, reference);
  throw toRegistryError({ channel: place.channel, purpose, method: 'HEAD', response });
}

/** True when another HEAD would tell no more than this one. */
function isOfNoUse({ status, headers }: BufferedResponse): boolean {
  return status === 405 || status === 501 || (status === 200 && headers['docker-content-digest'] === undefined);
}

async function headByGet(place: Place, reference: string, options: RequestOptions): Promise<ManifestHead | undefined> {
  const stored = await getManifest(place, reference, options);
  return stored && { digest: stored.digest, mediaType: stored.mediaType, size: stored.bytes.byteLength };
}

/** The answer of a HEAD as a descriptor; undefined when something is missing or is not what it should be. */
function readHead(response: BufferedResponse, reference: string): ManifestHead | undefined {
  if (response.status !== 200) return undefined;
  const digest = findHeader(response.headers, 'docker-content-digest') ?? '';
  const mediaType = toMediaType(response);
  const size = parseContentLength(response.headers);
  if (!isDigest(digest) || findAlgorithm(digest) === undefined || mediaType === '' || size === undefined)
    return undefined;
  if (findHeader(response.headers, 'content-encoding') !== undefined) return undefined;
  return isDigest(reference) && digest !== reference ? undefined : { digest, mediaType, size };
}
