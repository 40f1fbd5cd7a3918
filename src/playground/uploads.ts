import { createHash, type Hash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Digest, type DigestAlgorithm, findAlgorithm } from '../oci/digest.ts';
import { RegistryFault } from './fault.ts';
import type { StagedFile } from './files.ts';
import { createMutex, type Mutex } from './mutex.ts';
import { chunksOf } from './request-body.ts';

export interface UploadLimits {
  readonly maxBlobBytes: number;
  readonly maxSessions: number;
  /** A session that nobody touched for so long is forgotten when the next one is opened. */
  readonly idleMs: number;
  /** Told to clients as OCI-Chunk-Min-Length; smaller chunks are taken all the same. */
  readonly minChunkBytes?: number;
}

/** Content being pushed: what came so far, and its running hash. Requests to one session are carried out one by one. */
export class UploadSession {
  readonly id = randomUUID();
  readonly repository: string;
  readonly staged: StagedFile;
  readonly mutex: Mutex = createMutex();
  readonly #algorithm: DigestAlgorithm;
  readonly #hash: Hash;

  constructor(options: { repository: string; staged: StagedFile; algorithm: DigestAlgorithm }) {
    this.repository = options.repository;
    this.staged = options.staged;
    this.#algorithm = options.algorithm;
    this.#hash = createHash(options.algorithm);
  }

  /** Bytes received so far. */
  get size(): number {
    return this.staged.size;
  }

  /** Takes in the body. What came before a broken connection stays, so that the client can go on from there. */
  async append(request: IncomingMessage, maxBytes: number): Promise<void> {
    const tooLarge = new RegistryFault('SIZE_INVALID', `a blob may have at most ${maxBytes} bytes`, { status: 413 });
    if (this.size + Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge;
    for await (const chunk of chunksOf(request)) {
      if (this.size + chunk.length > maxBytes) throw tooLarge;
      await this.staged.append(chunk);
      this.#hash.update(chunk);
    }
  }

  /** Hashes again only when the digest is of another algorithm than the session was opened for. */
  async matches(digest: Digest): Promise<boolean> {
    const algorithm = findAlgorithm(digest);
    if (algorithm === undefined) throw new RegistryFault('DIGEST_INVALID', 'the digest algorithm is not supported');
    if (algorithm === this.#algorithm) return `${algorithm}:${this.#hash.copy().digest('hex')}` === digest;
    const hash = createHash(algorithm);
    for await (const chunk of this.staged.read()) hash.update(chunk);
    return `${algorithm}:${hash.digest('hex')}` === digest;
  }
}

interface Place {
  readonly repository: string;
  readonly id: string;
}

/** The sessions under way. They live in memory: a client whose registry was restarted opens a new one. */
export class UploadSessions {
  readonly limits: UploadLimits;
  readonly #elapsedMs: () => number;
  readonly #sessions = new Map<string, { readonly session: UploadSession; usedAtMs: number; users: number }>();

  /** `elapsedMs` is a monotonic clock, from an arbitrary start. */
  constructor(limits: UploadLimits, elapsedMs: () => number) {
    this.limits = limits;
    this.#elapsedMs = elapsedMs;
  }

  /** Makes room by ending idle sessions. Throws TOOMANYREQUESTS when that is not enough. */
  async add(session: UploadSession): Promise<void> {
    const now = this.#elapsedMs();
    for (const { session: other, usedAtMs, users } of this.#sessions.values()) {
      if (users === 0 && now - usedAtMs >= this.limits.idleMs) await this.end(other);
    }
    if (this.#sessions.size >= this.limits.maxSessions) {
      await session.staged.discard();
      throw new RegistryFault('TOOMANYREQUESTS', `${this.limits.maxSessions} uploads are under way`, {
        headers: { 'retry-after': '1' },
      });
    }
    this.#sessions.set(session.id, { session, usedAtMs: now, users: 0 });
  }

  /** Runs `work` on the session when it is its turn. Throws BLOB_UPLOAD_UNKNOWN. */
  async use<T>(place: Place, work: (session: UploadSession) => Promise<T>): Promise<T> {
    const entry = this.#get(place);
    entry.users += 1;
    try {
      return await entry.session.mutex.run(() => work(this.#get(place).session));
    } finally {
      entry.users -= 1;
      entry.usedAtMs = this.#elapsedMs();
    }
  }

  /** Ends the session and forgets its content, unless that was moved to its place. */
  async end(session: UploadSession): Promise<void> {
    this.#sessions.delete(session.id);
    await session.staged.discard();
  }

  async close(): Promise<void> {
    for (const { session } of this.#sessions.values()) await this.end(session);
  }

  #get({ repository, id }: Place): { readonly session: UploadSession; usedAtMs: number; users: number } {
    const entry = this.#sessions.get(id);
    if (entry?.session.repository === repository) return entry;
    throw new RegistryFault('BLOB_UPLOAD_UNKNOWN', 'there is no such upload, or it was ended');
  }
}
