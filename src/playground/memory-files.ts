import { Readable } from 'node:stream';
import { RegistryFault } from './fault.ts';
import type { FileStore, StagedFile } from './files.ts';

/** A {@link FileStore} in memory, refusing (DENIED) what would bring the total over `maxTotalBytes`. */
export function createMemoryFiles(maxTotalBytes: number): FileStore {
  const memory = new Memory(maxTotalBytes);
  return {
    read: async (path) => memory.files.get(path),
    write: async (path, bytes) => memory.put(path, Buffer.from(bytes)),
    remove: async (path) => memory.remove(path),
    list: async (path) => [...(memory.folders.get(path) ?? [])],
    findSize: async (path) => memory.files.get(path)?.length,
    stream: (path, { start, end }) => {
      const bytes = memory.files.get(path) ?? new Uint8Array();
      return Readable.from([bytes.subarray(start, end + 1)], { objectMode: false });
    },
    stage: async () => new StagedMemory(memory),
  };
}

class Memory {
  readonly files = new Map<string, Uint8Array>();
  readonly folders = new Map<string, Set<string>>();
  readonly #maxTotalBytes: number;
  #totalBytes = 0;

  constructor(maxTotalBytes: number) {
    this.#maxTotalBytes = maxTotalBytes;
  }

  put(path: string, bytes: Uint8Array): void {
    this.reserve(bytes.length - (this.files.get(path)?.length ?? 0));
    this.files.set(path, bytes);
    for (const [folder, name] of ancestors(path)) {
      const names = this.folders.get(folder) ?? new Set();
      this.folders.set(folder, names.add(name));
    }
  }

  reserve(bytes: number): void {
    if (bytes > 0 && this.#totalBytes + bytes > this.#maxTotalBytes) {
      throw new RegistryFault('DENIED', `the memory set aside for content (${this.#maxTotalBytes} bytes) is full`);
    }
    this.#totalBytes += bytes;
  }

  remove(path: string): void {
    for (const name of this.folders.get(path) ?? []) this.remove(`${path}/${name}`);
    this.#totalBytes -= this.files.get(path)?.length ?? 0;
    this.files.delete(path);
    this.folders.delete(path);
    const cut = path.lastIndexOf('/');
    this.folders.get(path.slice(0, Math.max(cut, 0)))?.delete(path.slice(cut + 1));
  }
}

/** `a/b/c` is `c` in `a/b`, `b` in `a`, `a` in the root, nearest first. */
function* ancestors(path: string): Generator<readonly [folder: string, name: string]> {
  for (let rest = path; rest !== ''; ) {
    const cut = rest.lastIndexOf('/');
    yield [rest.slice(0, Math.max(cut, 0)), rest.slice(cut + 1)];
    rest = rest.slice(0, Math.max(cut, 0));
  }
}

class StagedMemory implements StagedFile {
  size = 0;
  #chunks: Uint8Array[] = [];
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  async append(chunk: Uint8Array): Promise<void> {
    this.#memory.reserve(chunk.length);
    this.#chunks.push(chunk);
    this.size += chunk.length;
  }

  async *read(): AsyncIterable<Uint8Array> {
    yield* this.#chunks;
  }

  async moveTo(path: string): Promise<void> {
    const bytes = Buffer.concat(this.#chunks);
    await this.discard();
    this.#memory.put(path, bytes);
  }

  async discard(): Promise<void> {
    this.#memory.reserve(-this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    this.#chunks = [];
  }
}
