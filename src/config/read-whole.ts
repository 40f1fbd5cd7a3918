import { once } from 'node:events';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import type { Readable } from 'node:stream';

export interface ReadLimits {
  readonly maxBytes: number;
  /** Ends the wait for a pipe that nobody writes into. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * All bytes of the file at `path`, a pipe read to its end; undefined when there are more than `maxBytes`, of which no more
 * are read. Throws what the system says, and the reason of `signal`.
 */
export async function readWhole(path: string, limits: ReadLimits): Promise<Uint8Array | undefined> {
  const found = statSync(path);
  if (!found.isFile()) return await readToEnd(createReadStream(path), limits);
  if (found.size > limits.maxBytes) return undefined;
  // At once into its place: pieces to be put together would be there twice. Nearly every start reads a small file, which
  // takes less time than a stream or a thread.
  const bytes = readFileSync(path);
  return bytes.byteLength > limits.maxBytes ? undefined : bytes;
}

/** As {@link readWhole}, of a stream, which is destroyed. */
export async function readToEnd(stream: Readable, { maxBytes, signal }: ReadLimits): Promise<Uint8Array | undefined> {
  signal?.throwIfAborted();
  const isRead = new AbortController();
  const ends = [collect(stream, maxBytes)];
  // Not by destroying the stream alone: a pipe is not opened before somebody writes, and nothing can be closed till then.
  if (signal !== undefined) ends.push(waitForAbort(signal, isRead.signal));
  try {
    return await Promise.race(ends);
  } finally {
    isRead.abort();
    stream.destroy();
  }
}

async function waitForAbort(signal: AbortSignal, end: AbortSignal): Promise<never> {
  await once(signal, 'abort', { signal: end });
  throw signal.reason;
}

async function collect(stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let total = 0;
  for await (const piece of stream) {
    total += piece.byteLength;
    if (total > maxBytes) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
