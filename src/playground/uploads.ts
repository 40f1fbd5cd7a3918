import { createHash, type Hash, randomUUID } from 'node:crypto';
import { type Digest, type DigestAlgorithm, findAlgorithm } from '../oci/digest.ts';
import { RegistryFault } from './fault.ts';
import type { StagedFile } from './files.ts';
import { createMutex, type Mutex } from './mutex.ts';

export interface UploadLimits {
  readonly maxBlobBytes: number;
  readonly maxSessions: number;
  /** A session that nobody touched for so long is forgotten. */
  readonly idleMs: number;
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

  /** What came before a broken connection stays, so that the client can go on from there. */
  async append(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<void> {
    for await (const chunk of body) {
      if (this.size + chunk.length > maxBytes) {
        throw new RegistryFault('SIZE_INVALID', `a blob may have at most ${maxBytes} bytes`, { status: 413 });
      }
      await this.staged.append(chunk);
      this.#hash.update(chunk);
    }
  }

  /** Hashes again only when the digest is of another algorithm than the session was opened for. */
  async matches(digest: Digest): Promise<boolean> {
    const algorithm = findAlgorithm(digest);
    if (algorithm === undefined) throw new RegistryFault('DIGEST_INVALID', 'the digest algorithm is not supported');
    const hash = algorithm === this.#algorithm ? this.#hash.copy() : createHash(algorithm);
    if (algorithm !== this.#algorithm) for await (const chunk of this.staged.read()) hash.update(chunk);
    return `${algorithm}:${hash.digest('hex')}` === digest;
  }
}

/** The sessions under way. */
export class UploadSessions {
  readonly limits: UploadLimits;
  readonly #sessions = new Map<string, UploadSession>();
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(limits: UploadLimits) {
    this.limits = limits;
  }

  /** Throws TOOMANYREQUESTS. */
  add(session: UploadSession): void {
    if (this.#sessions.size >= this.limits.maxSessions) {
      throw new RegistryFault('TOOMANYREQUESTS', `${this.limits.maxSessions} uploads are under way`, {
        headers: { 'retry-after': '1' },
      });
    }
    this.#sessions.set(session.id, session);
    this.#restartTimer(session);
  }

  /** Runs `work` on the session when it is its turn. Throws BLOB_UPLOAD_UNKNOWN. */
  async use<T>(target: { repository: string; id: string }, work: (session: UploadSession) => Promise<T>): Promise<T> {
    const session = this.#get(target);
    return session.mutex.run(async () => {
      this.#get(target);
      clearTimeout(this.#timers.get(target.id));
      try {
        return await work(session);
      } finally {
        this.#restartTimer(session);
      }
    });
  }

  /** Ends the session and forgets its content, unless that was moved to its place. */
  async end(session: UploadSession): Promise<void> {
    this.#sessions.delete(session.id);
    clearTimeout(this.#timers.get(session.id));
    this.#timers.delete(session.id);
    await session.staged.discard();
  }

  async close(): Promise<void> {
    for (const session of this.#sessions.values()) await this.end(session);
  }

  #get({ repository, id }: { repository: string; id: string }): UploadSession {
    const session = this.#sessions.get(id);
    if (session === undefined || session.repository !== repository) {
      throw new RegistryFault('BLOB_UPLOAD_UNKNOWN', 'there is no such upload, or it was ended');
    }
    return session;
  }

  #restartTimer(session: UploadSession): void {
    if (!this.#sessions.has(session.id)) return;
    clearTimeout(this.#timers.get(session.id));
    const timer = setTimeout(() => void this.end(session).catch(() => undefined), this.limits.idleMs);
    this.#timers.set(session.id, timer.unref());
  }
}
