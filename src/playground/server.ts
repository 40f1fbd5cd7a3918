import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDiskFiles } from './disk-files.ts';
import { type Answer, type Exchange, type Features, type Service, send } from './exchange.ts';
import { RegistryFault } from './fault.ts';
import type { FileStore } from './files.ts';
import { handleBlob } from './handle-blobs.ts';
import { handleCatalog, handleReferrers, handleTags } from './handle-listings.ts';
import { handleManifest } from './handle-manifests.ts';
import { handleUpload, handleUploads } from './handle-uploads.ts';
import { createMemoryFiles } from './memory-files.ts';
import { createMutex } from './mutex.ts';
import { createRecorder, type RecordedRequest } from './recorder.ts';
import { parseRoute } from './routes.ts';
import { seedStore } from './seed.ts';
import { RegistryStore } from './store.ts';
import { removeLeftovers } from './tidy.ts';
import { type UploadLimits, UploadSessions } from './uploads.ts';

/** A hook before routing: true when it has answered, or will answer, the request itself. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

export interface PlaygroundOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Keeps the content in this folder; in memory when left out. */
  readonly directory?: string;
  /** Puts the sample images in. */
  readonly seed?: boolean;
  /** Answers every write with 405. */
  readonly readOnly?: boolean;
  /** Asks every request for these credentials (Basic). */
  readonly basicAuth?: { readonly username: string; readonly password: string };
  readonly features?: Partial<Features>;
  readonly limits?: Partial<UploadLimits>;
  /** The most items in one page of a listing, 10,000 when left out. */
  readonly maxPageItems?: number;
  /** A monotonic clock in milliseconds; uploads that lie idle are forgotten only when there is one. */
  readonly elapsedMs?: () => number;
  readonly intercept?: Intercept;
}

/** A running registry. */
export interface Playground {
  /** `127.0.0.1:PORT`, as it stands in references. */
  readonly host: string;
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  clearRequests(): void;
  /** Ends at once, also the requests under way. */
  close(): Promise<void>;
}

const DEFAULT_FEATURES: Features = {
  multiTag: true,
  mount: true,
  anonymousMount: true,
  singlePost: true,
  tagDelete: true,
  referrers: true,
  sparse: false,
};
const MAX_PAGE_ITEMS = 10_000;
const MIB = 1024 * 1024;
const MAX_MEMORY_BYTES = 1024 * MIB;
const MEMORY_LIMITS: UploadLimits = { maxBlobBytes: 256 * MIB, maxSessions: 1000, idleMs: 10 * 60_000 };
const DISK_LIMITS: UploadLimits = { ...MEMORY_LIMITS, maxBlobBytes: 4096 * MIB };

/**
 * Starts a registry on the loopback interface: the OCI distribution API 1.1 and the multi-tag push that came after it.
 * Rejects when the port is taken or the folder cannot be used.
 */
export async function startPlayground(options: PlaygroundOptions = {}): Promise<Playground> {
  const service = await createService(options);
  if (options.seed === true) await seedStore(service.store);
  const recorder = createRecorder();
  const server = createServer((request, response) => {
    recorder.record(request, response);
    void serve(service, options, { request, response });
  });
  server.keepAliveTimeout = 60_000;
  server.requestTimeout = 0;
  server.timeout = 120_000;
  const host = `127.0.0.1:${await listen(server, options.port ?? 0)}`;
  return {
    host,
    url: `http://${host}`,
    requests: recorder.requests,
    clearRequests: () => recorder.clear(),
    close: async () => {
      await closeServer(server);
      await service.uploads.close();
    },
  };
}

async function createService(options: PlaygroundOptions): Promise<Service> {
  const { directory, limits, features } = options;
  const files = directory === undefined ? createMemoryFiles(MAX_MEMORY_BYTES) : await openDirectory(directory);
  const defaults = directory === undefined ? MEMORY_LIMITS : DISK_LIMITS;
  return {
    store: new RegistryStore(files),
    uploads: new UploadSessions({ ...defaults, ...limits }, options.elapsedMs ?? (() => 0)),
    changes: createMutex(),
    features: { ...DEFAULT_FEATURES, ...features },
    maxPageItems: options.maxPageItems ?? MAX_PAGE_ITEMS,
  };
}

async function openDirectory(directory: string): Promise<FileStore> {
  const files = await createDiskFiles(directory);
  await removeLeftovers(files);
  return files;
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

interface Pair {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Never rejects: what goes wrong becomes the answer, or ends the connection when an answer was begun. */
async function serve(service: Service, options: PlaygroundOptions, { request, response }: Pair): Promise<void> {
  try {
    if (options.intercept !== undefined && (await options.intercept(request, response))) return;
    const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s);
    const exchange = { method: request.method ?? '', query: new URLSearchParams(query), request, response };
    response.setHeader('docker-distribution-api-version', 'registry/2.0');
    await send(exchange, await answer(service, options, { exchange, path }));
  } catch (error) {
    fail({ request, response }, error);
  }
}

function fail({ request, response }: Pair, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const fault = error instanceof RegistryFault ? error : new RegistryFault('UNKNOWN', 'the playground failed');
  const body = Buffer.from(fault.toBody());
  const headers = { ...fault.headers, 'content-type': 'application/json', 'content-length': body.length };
  response.writeHead(fault.status, headers).end(body);
  // What the client still sends is read and dropped: cut off in the middle of it, it would not see the answer.
  request.resume();
}

interface Call {
  readonly exchange: Exchange;
  readonly path: string;
}

async function answer(service: Service, options: PlaygroundOptions, { exchange, path }: Call): Promise<Answer> {
  checkCredentials(options.basicAuth, exchange.request.headers.authorization);
  if (options.readOnly === true && exchange.method !== 'GET' && exchange.method !== 'HEAD') {
    throw new RegistryFault('UNSUPPORTED', 'this registry is read-only', { headers: { allow: 'GET, HEAD' } });
  }
  return dispatch(service, exchange, path);
}

function checkCredentials(expected: PlaygroundOptions['basicAuth'], header: string | undefined): void {
  if (expected === undefined) return;
  const wanted = Buffer.from(`${expected.username}:${expected.password}`).toString('base64');
  const [scheme = '', given = ''] = (header ?? '').split(' ');
  if (scheme.toLowerCase() === 'basic' && given === wanted) return;
  throw new RegistryFault('UNAUTHORIZED', 'credentials are needed', {
    headers: { 'www-authenticate': 'Basic realm="playground"' },
  });
}

async function dispatch(service: Service, exchange: Exchange, path: string): Promise<Answer> {
  const route = parseRoute(path);
  switch (route?.kind) {
    case 'base':
      return { status: 200, body: {} };
    case 'catalog':
      return handleCatalog(service, exchange);
    case 'manifest':
      return handleManifest(service, exchange, route);
    case 'blob':
      return handleBlob(service, exchange, route);
    case 'uploads':
      return handleUploads(service, exchange, route.repository);
    case 'upload':
      return handleUpload(service, exchange, route);
    case 'tags':
      return handleTags(service, exchange, route.repository);
    case 'referrers':
      if (service.features.referrers) return handleReferrers(service, exchange, route);
      break;
    case undefined:
      break;
    default:
      return route satisfies never;
  }
  throw new RegistryFault('UNSUPPORTED', 'there is nothing at this address', { status: 404 });
}
