import type { Descriptor } from '../oci/descriptor.ts';
import { parseContentLength } from '../transport/body.ts';
import { findHeader, type StreamedResponse } from '../transport/message.ts';
import type { BlobHash } from './blob-hash.ts';
import type { RequestOptions } from './client.ts';
import type { Place } from './context.ts';
import { toBlobPath } from './endpoint.ts';
import { toRegistryError } from './errors.ts';
import { toBlobMismatch, toBlobMissing, toBlobPurpose } from './read-blob.ts';

/** A blob to read piece by piece, and what is known of it. */
export interface BlobSource {
  readonly place: Place;
  readonly descriptor: Descriptor;
  /** Everything read so far went through here. */
  readonly hash: BlobHash;
  readonly options: RequestOptions;
}

/**
 * Gives the pieces of the blob from byte `offset` on to `use`. What lies before is read again as far as the hash needs it.
 * Throws BLOB_MISSING when the blob is gone, DIGEST_MISMATCH when it is of another size.
 */
export function openBlob<T>(
  source: BlobSource,
  offset: number,
  use: (chunks: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  const { place, descriptor, hash, options } = source;
  const start = hash.rewind(offset);
  return place.channel.open(
    {
      method: 'GET',
      target: toBlobPath(place.repository, descriptor.digest),
      purpose: toBlobPurpose(place, descriptor.digest),
      lane: 'download',
      ...(start === 0 ? {} : { headers: { range: `bytes=${start}-` } }),
      access: [{ path: place.repository.path, actions: ['pull'] }],
      signal: options.signal,
    },
    async (response) => {
      const first = await checkStart(source, response, start);
      return use(verifyChunks(source, response, { first, offset }));
    },
  );
}

/** Where the answer begins: at `start`, or at the beginning when the server does not know ranges. */
async function checkStart(
  { place, descriptor }: BlobSource,
  response: StreamedResponse,
  start: number,
): Promise<number> {
  const { status, headers, url } = response;
  const isPart = status === 206 && start > 0 && findHeader(headers, 'content-range')?.startsWith(`bytes ${start}-`);
  if (status === 200 || isPart === true) {
    const first = isPart === true ? start : 0;
    const announced = parseContentLength(headers) ?? descriptor.size - first;
    if (announced === descriptor.size - first) return first;
    throw toBlobMismatch(place, descriptor.digest, url.host);
  }
  if (status === 404) throw toBlobMissing(place, descriptor.digest);
  const body = await response.readBeginning(64 * 1024);
  const purpose = toBlobPurpose(place, descriptor.digest);
  throw toRegistryError({ channel: place.channel, purpose, method: 'GET', response: { ...response, body } });
}

/**
 * The pieces while their size and digest are checked. The last one is held back until they are right, so that wrong
 * content never arrives as a whole.
 */
async function* verifyChunks(
  { place, descriptor, hash }: BlobSource,
  response: StreamedResponse,
  from: { readonly first: number; readonly offset: number },
): AsyncGenerator<Uint8Array> {
  const mismatch = (): Error => toBlobMismatch(place, descriptor.digest, response.url.host);
  let position = from.first;
  let held: Uint8Array | undefined;
  for await (const chunk of response.chunks) {
    const unseen = chunk.subarray(Math.max(0, hash.position() - position));
    position += chunk.byteLength;
    if (position > descriptor.size) throw mismatch();
    const unsent = unseen.subarray(Math.max(0, from.offset - hash.position()));
    hash.update(unseen);
    if (unsent.byteLength === 0) continue;
    if (held !== undefined) yield held;
    held = unsent;
  }
  if (position !== descriptor.size || !hash.matches()) throw mismatch();
  if (held !== undefined) yield held;
}
