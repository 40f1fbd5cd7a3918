import { createReadStream } from 'node:fs';

/**
 * All bytes of the file at `path`, a pipe read to its end; undefined when there are more than `maxBytes`, of which no more
 * are read. Throws what the system says.
 */
export async function readWhole(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of createReadStream(path, { end: maxBytes }) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    total += chunk.byteLength;
  }
  return total > maxBytes ? undefined : Buffer.concat(chunks);
}
