import { gzipSync } from 'node:zlib';

export interface TarFile {
  /** At most 100 bytes of ASCII. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

const BLOCK_BYTES = 512;

/** A POSIX ustar archive of plain files: mode 644, owner 0, time 0, so that equal files give equal bytes. */
export function createTar(files: readonly TarFile[]): Uint8Array {
  const blocks = files.flatMap(({ path, bytes }) => [
    createHeader(path, bytes.length),
    bytes,
    createPadding(bytes.length),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)]);
}

function createHeader(path: string, size: number): Uint8Array {
  const header = Buffer.alloc(BLOCK_BYTES);
  header.write(path, 0, 'ascii');
  header.write('0000644\u00000000000\u00000000000\u0000', 100);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write(' '.repeat(8), 148);
  header.write('0', 156);
  header.write('ustar\u000000', 257);
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

function createPadding(size: number): Uint8Array {
  return Buffer.alloc((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES);
}

/**
 * Gzip that is the same on every machine: stored blocks, because what the compressor makes depends on the build of zlib,
 * and no operating system in the header (RFC 1952 section 2.3).
 */
export function gzipStored(bytes: Uint8Array): Uint8Array {
  const zipped = gzipSync(bytes, { level: 0 });
  zipped[8] = 0;
  zipped[9] = 255;
  return zipped;
}
