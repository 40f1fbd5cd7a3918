import type { IncomingMessage } from 'node:http';
import { type Digest, type DigestAlgorithm, findAlgorithm } from '../oci/digest.ts';
import { type Answer, type Exchange, refuseMethod, type Service } from './exchange.ts';
import { RegistryFault } from './fault.ts';
import { isRepositoryName } from './grammar.ts';
import { wasCutOff } from './request-body.ts';
import { toDigest } from './routes.ts';
import { UploadSession } from './uploads.ts';

interface Target {
  readonly repository: string;
  readonly id: string;
}

/** `/v2/<name>/blobs/uploads/`: mount, else the blob in one request, else a new session. */
export async function handleUploads(service: Service, exchange: Exchange, repository: string): Promise<Answer> {
  if (exchange.method !== 'POST') refuseMethod(exchange, 'POST');
  const mounted = await mountBlob(service, exchange, repository);
  if (mounted !== undefined) return mounted;
  const digest = exchange.query.get('digest');
  if (digest !== null && service.features.singlePost)
    return pushBlob(service, exchange, { repository, digest: toDigest(digest) });
  const session = await openSession(service, repository, readAlgorithm(exchange));
  await service.uploads.add(session);
  return openedSession(service, session);
}

/** `/v2/<name>/blobs/uploads/<id>`. */
export function handleUpload(service: Service, exchange: Exchange, target: Target): Promise<Answer> {
  switch (exchange.method) {
    case 'GET':
    case 'HEAD':
      return service.uploads.use(target, async (session) => describeSession(session, 204));
    case 'PATCH':
      return service.uploads.use(target, (session) => appendChunk(service, exchange, session));
    case 'PUT':
      return service.uploads.use(target, (session) => finishUpload(service, exchange, session));
    case 'DELETE':
      return service.uploads.use(target, async (session) => {
        await service.uploads.end(session);
        return { status: 204 };
      });
    default:
      return refuseMethod(exchange, 'GET, HEAD, PATCH, PUT, DELETE');
  }
}

/** Undefined when an upload has to be made: nothing to mount, no `from`, or the feature is off. */
async function mountBlob(service: Service, { query }: Exchange, repository: string): Promise<Answer | undefined> {
  const mount = query.get('mount');
  if (mount === null || !service.features.mount) return undefined;
  const digest = toDigest(mount);
  return service.changes.run(async () => {
    if (!(await canMount(service, query.get('from'), digest))) return undefined;
    await service.store.linkBlob(repository, digest);
    return describeBlob(repository, digest);
  });
}

async function canMount({ store, features }: Service, from: string | null, digest: Digest): Promise<boolean> {
  if (from === null) return features.anonymousMount && store.hasBlobAnywhere(digest);
  return isRepositoryName(from) && (await store.findBlobSize(from, digest)) !== undefined;
}

async function pushBlob(service: Service, { request }: Exchange, blob: BlobName): Promise<Answer> {
  const algorithm = findAlgorithm(blob.digest) ?? 'sha256';
  const session = await openSession(service, blob.repository, algorithm);
  try {
    await session.append(request, service.uploads.limits.maxBlobBytes);
    return await storeBlob(service, session, blob.digest);
  } finally {
    await session.staged.discard();
  }
}

async function openSession(service: Service, repository: string, algorithm: DigestAlgorithm): Promise<UploadSession> {
  return new UploadSession({ repository, staged: await service.store.stage(), algorithm });
}

/** `digest-algorithm` of the session (distribution-spec, end-4c); sha256 when not named. */
function readAlgorithm({ query }: Exchange): DigestAlgorithm {
  const name = query.get('digest-algorithm') ?? 'sha256';
  if (name === 'sha256' || name === 'sha384' || name === 'sha512') return name;
  throw new RegistryFault('DIGEST_INVALID', 'the digest algorithm is not supported');
}

async function appendChunk(service: Service, { request }: Exchange, session: UploadSession): Promise<Answer> {
  await appendBody(service, request, session);
  return describeSession(session, 202);
}

async function finishUpload(service: Service, { request, query }: Exchange, session: UploadSession): Promise<Answer> {
  const digest = toDigest(query.get('digest') ?? '');
  await appendBody(service, request, session);
  try {
    return await storeBlob(service, session, digest);
  } finally {
    await service.uploads.end(session);
  }
}

/** Throws BLOB_UPLOAD_INVALID with 416 for a chunk that does not start where the last one ended. */
async function appendBody(service: Service, request: IncomingMessage, session: UploadSession): Promise<void> {
  checkChunk(request, session);
  try {
    await session.append(request, service.uploads.limits.maxBlobBytes);
  } catch (error) {
    // A client that went away may come back to the session; content that cannot be taken ends it.
    if (!wasCutOff(request)) await service.uploads.end(session);
    throw error;
  }
}

function checkChunk({ headers }: IncomingMessage, session: UploadSession): void {
  const range = headers['content-range'];
  if (range === undefined) return;
  const [, first = '', last = ''] = /^(\d+)-(\d+)$/.exec(range) ?? [];
  if (first === '') throw new RegistryFault('BLOB_UPLOAD_INVALID', 'the Content-Range must be <first>-<last>');
  if (Number(first) !== session.size) {
    throw new RegistryFault('BLOB_UPLOAD_INVALID', `the next chunk starts at ${session.size}`, {
      status: 416,
      headers: sessionHeaders(session),
    });
  }
  const length = headers['content-length'];
  if (length !== undefined && Number(length) !== Number(last) - Number(first) + 1) {
    throw new RegistryFault('SIZE_INVALID', 'Content-Length and Content-Range differ');
  }
}

interface BlobName {
  readonly repository: string;
  readonly digest: Digest;
}

async function storeBlob(service: Service, session: UploadSession, digest: Digest): Promise<Answer> {
  if (!(await session.matches(digest))) throw new RegistryFault('DIGEST_INVALID', 'the content has another digest');
  await service.changes.run(() => service.store.addBlob(session.repository, digest, session.staged));
  return describeBlob(session.repository, digest);
}

function describeBlob(repository: string, digest: Digest): Answer {
  return {
    status: 201,
    headers: { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest },
  };
}

function openedSession({ uploads }: Service, session: UploadSession): Answer {
  const { minChunkBytes } = uploads.limits;
  const hint = minChunkBytes === undefined ? {} : { 'oci-chunk-min-length': `${minChunkBytes}` };
  return { status: 202, headers: { ...sessionHeaders(session), ...hint } };
}

function describeSession(session: UploadSession, status: number): Answer {
  return { status, headers: sessionHeaders(session) };
}

/** An empty session says `0-0`, as distribution does; the specification has no way to say "nothing yet". */
function sessionHeaders(session: UploadSession): Readonly<Record<string, string>> {
  return {
    location: `/v2/${session.repository}/blobs/uploads/${session.id}`,
    range: `0-${Math.max(session.size - 1, 0)}`,
    'docker-upload-uuid': session.id,
  };
}
