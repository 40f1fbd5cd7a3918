import type { IncomingMessage } from 'node:http';
import type { RegistryFault } from './fault.ts';

/** The body in pieces. Leaving the loop early keeps the connection, so that the client can be told why. */
export function chunksOf(request: IncomingMessage): AsyncIterable<Uint8Array> {
  return request.iterator({ destroyOnReturn: false });
}

/** The whole body. Throws `tooLarge` as soon as more than `maxBytes` are announced or have come. */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  tooLarge: RegistryFault,
): Promise<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunksOf(request)) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** True when the client went away in the middle of its request. */
export function wasCutOff(request: IncomingMessage): boolean {
  return request.destroyed && !request.complete;
}
