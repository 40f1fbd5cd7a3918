import { PlaitError } from '../errors/plait-error.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { type Digest, matchesDigest, shortDigest } from '../oci/digest.ts';
import { formatRepository } from '../oci/repository.ts';
import type { BufferedResponse } from '../transport/message.ts';
import type { RequestOptions } from './client.ts';
import { assertReference, type Place } from './context.ts';
import { toBlobPath } from './endpoint.ts';
import { toRegistryError } from './errors.ts';

/** Up to the size of a manifest of a large image: nearly every image config. */
export const SMALL_BLOB_BYTES = 64 * 1024;

/** `read blob 1a2b3c4 of host/path`, as errors name it. */
export function toBlobPurpose(place: Place, digest: Digest, verb = 'read'): string {
  return `${verb} blob ${shortDigest(digest)} of ${formatRepository(place.repository)}`;
}

/** True when the repository holds the blob. Asks with a ranged GET where HEAD does not tell. */
export async function hasBlob(place: Place, digest: Digest, options: RequestOptions = {}): Promise<boolean> {
  const head = await probe(place, digest, { method: 'HEAD', options });
  if (head.status === 200) return true;
  if (head.status === 404) return false;
  const response = needsGet(head.status) ? await probe(place, digest, { method: 'GET', options }) : head;
  if (response.status === 200 || response.status === 206) return true;
  if (response.status === 404 || response.status === 416) return response.status === 416;
  const purpose = toBlobPurpose(place, digest, 'look for');
  throw toRegistryError({ channel: place.channel, purpose, method: 'GET', response });
}

/** 403 comes from places that allow only GET, as pre-signed URLs do; the others do not know HEAD. */
function needsGet(status: number): boolean {
  return [400, 403, 405, 501].includes(status);
}

interface Probe {
  readonly method: 'GET' | 'HEAD';
  readonly options: RequestOptions;
}

function probe(place: Place, digest: Digest, { method, options }: Probe): Promise<BufferedResponse> {
  assertReference(digest);
  const request = {
    method,
    target: toBlobPath(place.repository, digest),
    purpose: toBlobPurpose(place, digest, 'look for'),
    access: [{ path: place.repository.path, actions: ['pull'] as const }],
    ...(method === 'GET' ? { headers: { range: 'bytes=0-0' } } : {}),
    signal: options.signal,
  };
  if (method === 'HEAD') return place.channel.send(request, { maxBytes: 0 });
  return place.channel.open({ ...request, lane: 'download' }, async (response) => ({
    ...response,
    body: response.status >= 400 ? await response.readBeginning(64 * 1024) : new Uint8Array(),
  }));
}

/** One blob to hold in memory. Sizes in bytes. */
export interface BlobRead {
  readonly descriptor: Pick<Descriptor, 'digest' | 'size'>;
  readonly maxBytes: number;
  readonly options: RequestOptions;
}

/**
 * The whole blob, its size and digest checked. Throws BLOB_MISSING when it is not there, DIGEST_MISMATCH when it is
 * another one, MANIFEST_TOO_LARGE when it is or claims to be over `maxBytes`.
 */
export async function readBlob(place: Place, { descriptor, maxBytes, options }: BlobRead): Promise<Uint8Array> {
  const { digest, size } = descriptor;
  assertReference(digest);
  const purpose = toBlobPurpose(place, digest);
  if (size > maxBytes) {
    throw new PlaitError('MANIFEST_TOO_LARGE', `could not ${purpose}: it has ${size} bytes, more than ${maxBytes}`);
  }
  const response = await place.channel.send(
    {
      method: 'GET',
      target: toBlobPath(place.repository, digest),
      purpose,
      // An image config is no more of a load than a manifest is, and must not wait for the few places of layers.
      lane: size <= SMALL_BLOB_BYTES ? 'metadata' : 'download',
      access: [{ path: place.repository.path, actions: ['pull'] }],
      signal: options.signal,
    },
    { maxBytes: size, tooLarge: 'DIGEST_MISMATCH' },
  );
  if (response.status === 404) throw toBlobMissing(place, digest);
  if (response.status !== 200) throw toRegistryError({ channel: place.channel, purpose, method: 'GET', response });
  if (response.body.byteLength === size && matchesDigest(response.body, digest)) return response.body;
  throw toBlobMismatch(place, digest, response.url.host);
}

/** The error for a blob that a manifest names and the registry does not have. */
export function toBlobMissing(place: Place, digest: Digest): PlaitError {
  return new PlaitError('BLOB_MISSING', `could not ${toBlobPurpose(place, digest)}: it is gone from the registry`, {
    hint: 'the image is incomplete there; build and push it again',
    status: 404,
  });
}

/** The error for a blob whose content is not what its digest says. */
export function toBlobMismatch(place: Place, digest: Digest, host: string): PlaitError {
  return new PlaitError('DIGEST_MISMATCH', `could not ${toBlobPurpose(place, digest)}: ${host} sent other content`, {
    hint: 'the registry or a proxy in between changed the content; do not trust it',
  });
}
