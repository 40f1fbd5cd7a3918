import { isPlaitError, PlaitError } from '../errors/plait-error.ts';
import { MAX_MANIFEST_READ_BYTES, toStoredManifest } from '../oci/decode.ts';
import { type Digest, findAlgorithm, isDigest, matchesDigest, shortDigest } from '../oci/digest.ts';
import type { StoredManifest } from '../oci/manifest.ts';
import { MANIFEST_MEDIA_TYPES } from '../oci/media-types.ts';
import { parseContentLength } from '../transport/body.ts';
import { type BufferedResponse, findHeader } from '../transport/message.ts';
import type { ChannelRequest } from './channel.ts';
import type { ManifestHead, RequestOptions } from './client.ts';
import { assertReference, describePlace, type Place } from './context.ts';
import { toManifestPath } from './endpoint.ts';
import { toRegistryError } from './errors.ts';
import { isFromRegistry, isNotFound } from './not-found.ts';

const ACCEPT = MANIFEST_MEDIA_TYPES.join(', ');
const MANIFEST_LIMIT = { maxBytes: MAX_MANIFEST_READ_BYTES, tooLarge: 'MANIFEST_TOO_LARGE' } as const;

/** The digest, type and size of a manifest with one HEAD, or with a GET where HEAD does not tell enough (distribution-spec end-3). */
export async function headManifest(
  place: Place,
  reference: string,
  options: RequestOptions = {},
): Promise<ManifestHead | undefined> {
  const response = await request(place, { method: 'HEAD', reference, options });
  if (response.status === 200) {
    const head = readHead(response, reference);
    if (head !== undefined) return head;
  }
  if (response.status === 404 && isFromRegistry(response)) return undefined;
  if (response.status === 401 || response.status === 429 || (response.status >= 500 && response.status !== 501)) {
    throw toRegistryError({ channel: place.channel, purpose: toPurpose(place, reference), method: 'HEAD', response });
  }
  const stored = await getManifest(place, reference, options);
  return stored && { digest: stored.digest, mediaType: stored.mediaType, size: stored.bytes.byteLength };
}

/** The manifest, checked against its digest and decoded. Undefined when the registry says that there is none. */
export async function getManifest(
  place: Place,
  reference: string,
  options: RequestOptions = {},
): Promise<StoredManifest | undefined> {
  const response = await request(place, { method: 'GET', reference, options });
  if (response.status === 404 && isNotFound(response)) return undefined;
  const purpose = toPurpose(place, reference);
  if (response.status !== 200) throw toRegistryError({ channel: place.channel, purpose, method: 'GET', response });
  const digest = verify(response, reference, purpose);
  const stored = decode(response, purpose);
  return digest === undefined ? stored : { ...stored, digest };
}

interface Asked {
  readonly method: 'GET' | 'HEAD';
  readonly reference: string;
  readonly options: RequestOptions;
}

function request(place: Place, { method, reference, options }: Asked): Promise<BufferedResponse> {
  assertReference(reference);
  const asked: ChannelRequest = {
    method,
    target: toManifestPath(place.repository, reference),
    purpose: toPurpose(place, reference),
    headers: { accept: ACCEPT },
    countsAsPull: method === 'GET',
    access: [{ path: place.repository.path, actions: ['pull'] }],
    signal: options.signal,
  };
  return place.channel.send(asked, MANIFEST_LIMIT);
}

function toPurpose(place: Place, reference: string): string {
  return `read ${describePlace(place.repository, reference)}`;
}

/** The answer of a HEAD as a descriptor; undefined when something is missing or is not what it should be. */
function readHead(response: BufferedResponse, reference: string): ManifestHead | undefined {
  const digest = findHeader(response.headers, 'docker-content-digest') ?? '';
  const mediaType = toMediaType(response);
  const size = parseContentLength(response.headers);
  if (!isDigest(digest) || findAlgorithm(digest) === undefined || mediaType === '' || size === undefined)
    return undefined;
  if (findHeader(response.headers, 'content-encoding') !== undefined) return undefined;
  return isDigest(reference) && digest !== reference ? undefined : { digest, mediaType, size };
}

function toMediaType(response: BufferedResponse): string {
  return (findHeader(response.headers, 'content-type')?.split(';', 1)[0] ?? '').trim().toLowerCase();
}

/**
 * Throws DIGEST_MISMATCH unless the body is what the header and the reference say. Returns the digest that was checked;
 * undefined when there was none, or none that can be computed.
 */
function verify(response: BufferedResponse, reference: string, purpose: string): Digest | undefined {
  const named = findHeader(response.headers, 'docker-content-digest') ?? '';
  const known = isDigest(named) && findAlgorithm(named) !== undefined ? named : undefined;
  if (known !== undefined) assertContent(response, known, purpose);
  if (!isDigest(reference)) return known;
  assertContent(response, reference, purpose);
  return reference;
}

function assertContent(response: BufferedResponse, digest: Digest, purpose: string): void {
  if (matchesDigest(response.body, digest)) return;
  const problem = `${response.url.host} sent content that is not ${shortDigest(digest)}`;
  throw new PlaitError('DIGEST_MISMATCH', `could not ${purpose}: ${problem}`, {
    hint: 'the registry or a proxy in between changed the content; do not trust it',
  });
}

function decode(response: BufferedResponse, purpose: string): StoredManifest {
  try {
    return toStoredManifest(response.body, findHeader(response.headers, 'content-type') ?? '');
  } catch (cause) {
    if (!isPlaitError(cause)) throw cause;
    throw new PlaitError(cause.code, `could not ${purpose}: ${cause.message}`, { hint: cause.hint, cause });
  }
}
