import { isPlaitError, PlaitError } from '../errors/plait-error.ts';
import { MAX_MANIFEST_READ_BYTES, toStoredManifest } from '../oci/decode.ts';
import { type Digest, findAlgorithm, isDigest, matchesDigest, shortDigest } from '../oci/digest.ts';
import type { StoredManifest } from '../oci/manifest.ts';
import { MANIFEST_MEDIA_TYPES } from '../oci/media-types.ts';
import { type BufferedResponse, findHeader } from '../transport/message.ts';
import type { ChannelRequest } from './channel.ts';
import type { RequestOptions } from './client.ts';
import { assertReference, describePlace, type Place } from './context.ts';
import { toManifestPath } from './endpoint.ts';
import { toRegistryError } from './errors.ts';
import { isNotFound } from './not-found.ts';
import { noteTag } from './seen-tag.ts';

const ACCEPT = MANIFEST_MEDIA_TYPES.join(', ');
const MANIFEST_LIMIT = { maxBytes: MAX_MANIFEST_READ_BYTES, tooLarge: 'MANIFEST_TOO_LARGE' } as const;

/** The manifest, checked against its digest and decoded. Undefined when the registry says that there is none. */
export async function getManifest(
  place: Place,
  reference: string,
  options: RequestOptions = {},
): Promise<StoredManifest | undefined> {
  const response = await requestManifest(place, { method: 'GET', reference, options });
  if (response.status === 404 && isNotFound(response)) return undefined;
  const purpose = toReadPurpose(place, reference);
  if (response.status !== 200) throw toRegistryError({ channel: place.channel, purpose, method: 'GET', response });
  const digest = verify(response, reference, purpose);
  const decoded = decode(response, purpose);
  const stored = digest === undefined ? decoded : { ...decoded, digest };
  const head = { digest: stored.digest, mediaType: stored.mediaType, size: stored.bytes.byteLength };
  noteTag(place, reference, { head, headers: response.headers, manifest: stored });
  return stored;
}

/** One request for a manifest. */
export interface ManifestRequest {
  readonly method: 'GET' | 'HEAD';
  readonly reference: string;
  readonly options: RequestOptions;
  /** Asks only whether it is another one than this ETag is for. */
  readonly validator?: string | undefined;
}

/** Asks for a manifest in all types; the answer is not looked at. */
export function requestManifest(
  place: Place,
  { method, reference, options, validator }: ManifestRequest,
): Promise<BufferedResponse> {
  assertReference(reference);
  const asked: ChannelRequest = {
    method,
    target: toManifestPath(place.repository, reference),
    purpose: toReadPurpose(place, reference),
    headers: { accept: ACCEPT, ...(validator === undefined ? {} : { 'if-none-match': validator }) },
    countsAsPull: method === 'GET',
    access: [{ path: place.repository.path, actions: ['pull'] }],
    signal: options.signal,
    ...(options.onAbort === undefined ? {} : { onAbort: options.onAbort }),
  };
  return place.channel.send(asked, MANIFEST_LIMIT);
}

/** Completes "could not …" for a read. */
export function toReadPurpose(place: Place, reference: string): string {
  return `read ${describePlace(place.repository, reference)}`;
}

/** The Content-Type without its parameters. */
export function toMediaType(response: BufferedResponse): string {
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
