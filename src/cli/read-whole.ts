import { type FileHandle, open } from 'node:fs/promises';

/**
 * All bytes of the file at `path`, a pipe read to its end; undefined when there are more than `maxBytes`, of which no more
 * are read. Throws what the system says.
 */
export async function readWhole(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  const file = await open(path);
  try {
    const found = await file.stat();
    if (!found.isFile()) return await readPipe(file, maxBytes);
    if (found.size > maxBytes) return undefined;
    // At once into its place: pieces to be put together would be there twice.
    const bytes = await file.readFile();
    return bytes.length > maxBytes ? undefined : bytes;
  } finally {
    await file.close();
  }
}

/** How long it is shows at its end. */
async function readPipe(file: FileHandle, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of file.createReadStream({ end: maxBytes, autoClose: false }) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    total += chunk.byteLength;
  }
  return total > maxBytes ? undefined : Buffer.concat(chunks);
}
