import { isPlaitError, type PlaitError } from '../errors/plait-error.ts';
import type { Digest } from '../oci/digest.ts';
import { type BufferedResponse, findHeader } from '../transport/message.ts';
import type { RequestOptions } from './client.ts';
import { type Place, toPushAccess } from './context.ts';
import { toRegistryError } from './errors.ts';
import { toBlobPurpose } from './read-blob.ts';
import { ANSWER_LIMIT, toSession, type UploadSession } from './upload.ts';

/** The least that storage behind registries takes as one part. */
export const MIN_CHUNK_BYTES = 5 * 1024 * 1024;
/** A registry that wants more at a time does not get the blob in pieces: each is held in memory. */
const MAX_CHUNK_BYTES = 64 * 1024 * 1024;

/** An upload that goes on piece by piece. Sizes in bytes. */
export interface PartialUpload {
  readonly session: UploadSession;
  /** How much the registry has. */
  readonly offset: number;
}

/** Where an upload goes. */
export interface UploadTarget {
  readonly place: Place;
  readonly digest: Digest;
  readonly options: RequestOptions;
}

/** The size of the pieces for a session; undefined when the registry wants larger ones than Plait holds. */
export function findChunkBytes(session: UploadSession): number | undefined {
  const bytes = Math.max(MIN_CHUNK_BYTES, session.minChunkBytes ?? 0);
  return bytes <= MAX_CHUNK_BYTES ? bytes : undefined;
}

/**
 * Asks how much of an upload arrived (distribution-spec end-13). Undefined when the registry forgot the session or does
 * not say. Sent on the way of uploads, because the download that feeds this one may still be held.
 */
export async function readProgress(target: UploadTarget, session: UploadSession): Promise<PartialUpload | undefined> {
  const { place, digest, options } = target;
  const purpose = toBlobPurpose(place, digest, 'upload');
  try {
    const response = await place.channel.send(
      {
        method: 'GET',
        target: session.url,
        purpose,
        lane: 'upload',
        access: toPushAccess(place.repository),
        signal: options.signal,
      },
      ANSWER_LIMIT,
    );
    return response.status === 204 || response.status === 202 ? await toProgress(target, session, response) : undefined;
  } catch (error) {
    if (isPlaitError(error, 'INTERRUPTED')) throw error;
    return undefined;
  }
}

async function toProgress(
  { place, digest }: UploadTarget,
  session: UploadSession,
  response: BufferedResponse,
): Promise<PartialUpload | undefined> {
  const last = /^(?:bytes=)?0-(\d{1,15})$/.exec(findHeader(response.headers, 'range')?.trim() ?? '')?.[1];
  if (last === undefined) return undefined;
  const isMoved = findHeader(response.headers, 'location') !== undefined;
  const moved = isMoved ? await toSession(place, response, toBlobPurpose(place, digest, 'upload')) : session;
  // "0-0" is one byte, or none at all; registries that have nothing write it too.
  const offset = last === '0' ? 0 : Number(last) + 1;
  return { session: { ...session, url: moved.url }, offset };
}

/** What came of a piece: the upload behind it, or why there is none. */
export type ChunkOutcome =
  | { readonly kind: 'taken'; readonly upload: PartialUpload }
  /** The registry takes no pieces. */
  | { readonly kind: 'refused'; readonly error: PlaitError }
  /** It is not known what arrived. */
  | { readonly kind: 'doubtful'; readonly error: PlaitError };

/** Sends one piece that begins where the upload ends. */
export async function sendChunk(
  { place, digest, options }: UploadTarget,
  upload: PartialUpload,
  bytes: Uint8Array,
): Promise<ChunkOutcome> {
  const purpose = toBlobPurpose(place, digest, 'upload');
  const offset = upload.offset + bytes.byteLength;
  try {
    const response = await place.channel.send(
      {
        method: 'PATCH',
        target: upload.session.url,
        purpose,
        lane: 'upload',
        headers: { 'content-type': 'application/octet-stream', 'content-range': `${upload.offset}-${offset - 1}` },
        body: bytes,
        access: toPushAccess(place.repository),
        repeat: 'unprocessed',
        headersMs: place.channel.transport.timeouts.manifestPutMs,
        signal: options.signal,
      },
      ANSWER_LIMIT,
    );
    if (response.status === 202) {
      const { url } = await toSession(place, response, purpose);
      return { kind: 'taken', upload: { session: { ...upload.session, url }, offset } };
    }
    const error = toRegistryError({ channel: place.channel, purpose, method: 'PATCH', response });
    return { kind: isRefusal(response.status) ? 'refused' : 'doubtful', error };
  } catch (error) {
    if (isPlaitError(error, 'REGISTRY_UNREACHABLE')) return { kind: 'doubtful', error };
    throw error;
  }
}

/** Out of step, forgotten or overloaded is not the same as not knowing pieces. ECR answers 201 and then takes nothing. */
function isRefusal(status: number): boolean {
  return status < 500 && ![404, 408, 416, 429].includes(status);
}
