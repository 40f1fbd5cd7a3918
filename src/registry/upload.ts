import { PlaitError } from '../errors/plait-error.ts';
import type { Digest } from '../oci/digest.ts';
import { type BufferedResponse, findHeader, type StreamBody } from '../transport/message.ts';
import { resolveLocation } from '../transport/redirect.ts';
import type { RequestOptions } from './client.ts';
import { type Place, toPushAccess } from './context.ts';
import { toUploadsPath } from './endpoint.ts';
import { toRegistryError } from './errors.ts';
import { toBlobPurpose } from './read-blob.ts';
import { toWriteError } from './write-error.ts';

/** What is read of the answer to a write: nobody needs it but for errors. */
export const ANSWER_LIMIT = { maxBytes: 1024 * 1024 };

/** An upload the registry is waiting for. The URL is used once and exactly as given. */
export interface UploadSession {
  readonly url: URL;
  /** The least that the registry takes as one piece of a blob, bytes; undefined when it does not say. */
  readonly minChunkBytes?: number;
}

/** Begins an upload. Throws when the registry takes none. */
export async function openUpload(place: Place, digest: Digest, options: RequestOptions): Promise<UploadSession> {
  const purpose = toBlobPurpose(place, digest, 'upload');
  const response = await place.channel.send(
    {
      method: 'POST',
      target: toUploadsPath(place.repository),
      purpose,
      access: toPushAccess(place.repository),
      signal: options.signal,
    },
    ANSWER_LIMIT,
  );
  if (response.status === 202) return toSession(place, response, purpose);
  throw toWriteError({ channel: place.channel, purpose, method: 'POST', response });
}

/**
 * Where a 202 says that the upload goes: absolute or relative, on this host or another. Throws REGISTRY_PROTOCOL when
 * it says nothing useful, and for a way from https into http.
 */
export async function toSession(place: Place, response: BufferedResponse, purpose: string): Promise<UploadSession> {
  const location = findHeader(response.headers, 'location');
  const url = location === undefined ? undefined : resolveLocation(location, response.url);
  if (url === undefined) throw refuse(response, purpose, 'does not say where to upload to');
  const origin = await place.channel.findOrigin();
  // Behind a proxy that ends TLS, registries often name themselves with http; the proxy is still the one to ask.
  if (origin.protocol === 'https:' && url.protocol === 'http:' && url.host === origin.host) url.protocol = 'https:';
  if (origin.protocol === 'https:' && url.protocol !== 'https:')
    throw refuse(response, purpose, 'wants it without TLS');
  if (url.username !== '' || url.password !== '') throw refuse(response, purpose, 'names a user in the upload URL');
  const least = findHeader(response.headers, 'oci-chunk-min-length') ?? '';
  return /^\d{1,15}$/.test(least) ? { url, minChunkBytes: Number(least) } : { url };
}

function refuse(response: BufferedResponse, purpose: string, problem: string): PlaitError {
  return new PlaitError('REGISTRY_PROTOCOL', `could not ${purpose}: ${response.url.host} ${problem}`, {
    hint: 'check the set-up of the registry and of the proxy in front of it',
    status: response.status,
  });
}

/** One blob to send into a session. */
export interface UploadContent {
  readonly digest: Digest;
  /** Empty when all of it was sent before, in pieces. */
  readonly body: StreamBody | Uint8Array;
  /** The queue to wait in: that of blobs, unless the blob is a small one. */
  readonly lane?: 'metadata' | 'upload';
}

/** Sends the blob, or what is left of it, with one PUT, without credentials when the session is on another host. */
export async function fillUpload(
  place: Place,
  session: UploadSession,
  { digest, body, lane = 'upload', ...options }: UploadContent & RequestOptions,
): Promise<void> {
  const purpose = toBlobPurpose(place, digest, 'upload');
  const response = await place.channel.send(
    {
      method: 'PUT',
      target: withDigest(session.url, digest),
      purpose,
      lane,
      headers: { 'content-type': 'application/octet-stream' },
      body,
      access: toPushAccess(place.repository),
      headersMs: place.channel.transport.timeouts.manifestPutMs,
      signal: options.signal,
    },
    ANSWER_LIMIT,
  );
  if (response.status === 201) return;
  throw toRegistryError({ channel: place.channel, purpose, method: 'PUT', response });
}

/** Adds the digest and leaves the query the registry gave as it is: it may be signed. */
function withDigest(url: URL, digest: Digest): URL {
  const bare = url.href.replace(/\?$/, '');
  return new URL(`${bare}${bare.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`);
}

/** Tells the registry that the upload will not come. Best effort: some want rights for it that we do not have. */
export async function cancelUpload(place: Place, session: UploadSession, options: RequestOptions): Promise<void> {
  const request = {
    method: 'DELETE' as const,
    target: session.url,
    purpose: `cancel an upload to ${place.channel.registry}`,
    access: toPushAccess(place.repository),
    repeat: 'unprocessed' as const,
    signal: options.signal,
  };
  await place.channel.send(request, ANSWER_LIMIT).catch(() => undefined);
}
