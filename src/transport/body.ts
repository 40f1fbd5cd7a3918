import { PlaitError } from '../errors/plait-error.ts';
import { type BodyLimit, findHeader, type HttpRequest, type ResponseHeaders } from './message.ts';

/** A response body: pieces to iterate once, and two ways to let go of the rest. */
export interface BodySource extends AsyncIterable<Uint8Array> {
  /** Reads up to `limit` bytes more, so that the connection can be used again. */
  dump(options: { readonly limit: number }): Promise<void>;
  /** Closes the connection when something is left. */
  destroy(): unknown;
}

/** What is read of a body nobody wants; a longer one costs its connection. */
const MAX_DRAIN_BYTES = 64 * 1024;

/** Lets go of a body that is not wanted. */
export async function drain(body: BodySource): Promise<void> {
  await body.dump({ limit: MAX_DRAIN_BYTES });
}

/**
 * The whole body. Throws `limit.tooLarge` when it is longer than `limit.maxBytes`: at once when the server announces
 * it, else as soon as the limit is passed, so that no more than the limit is ever held.
 */
export async function readBody(
  request: HttpRequest,
  answer: { url: URL; headers: ResponseHeaders; body: BodySource },
  limit: BodyLimit,
): Promise<Uint8Array> {
  const announced = parseContentLength(answer.headers);
  if (request.method !== 'HEAD' && announced !== undefined && announced > limit.maxBytes) {
    answer.body.destroy();
    throw toTooLarge(request, answer.url, limit);
  }
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of answer.body) {
    size += piece.byteLength;
    if (size > limit.maxBytes) throw toTooLarge(request, answer.url, limit);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, size);
}

/** At most `maxBytes` from the start of the body; the rest is not read. */
export async function readBeginning(body: BodySource, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    pieces.push(piece);
    size += piece.byteLength;
    if (size >= maxBytes) break;
  }
  return Buffer.concat(pieces, size).subarray(0, maxBytes);
}

/** The number in a Content-Length header; undefined when there is none or it is no plain number. */
export function parseContentLength(headers: ResponseHeaders): number | undefined {
  const text = findHeader(headers, 'content-length') ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function toTooLarge(request: HttpRequest, { host }: URL, limit: BodyLimit): PlaitError {
  const problem = `${host} sends more than ${limit.maxBytes} bytes`;
  return new PlaitError(limit.tooLarge ?? 'REGISTRY_PROTOCOL', `could not ${request.purpose}: ${problem}`, {
    hint: `no registry needs that much here; check that ${host} is one, and not a web site or proxy in its place`,
  });
}

/** Throws REGISTRY_PROTOCOL for a compressed body: none was asked for, and nothing is ever unpacked. */
export function assertIdentity(request: HttpRequest, headers: ResponseHeaders): void {
  const encoding = findHeader(headers, 'content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return;
  throw new PlaitError('REGISTRY_PROTOCOL', `could not ${request.purpose}: ${request.url.host} sends it compressed`, {
    hint: 'a proxy in front of the registry compresses answers although that was declined; switch it off there',
  });
}
