import type { Digest } from '../oci/digest.ts';
import { type Answer, type Exchange, refuseMethod, type Service } from './exchange.ts';
import { RegistryFault } from './fault.ts';
import type { ByteRange } from './files.ts';

interface Target {
  readonly repository: string;
  readonly digest: Digest;
}

/** `/v2/<name>/blobs/<digest>`. */
export function handleBlob(service: Service, exchange: Exchange, target: Target): Promise<Answer> {
  switch (exchange.method) {
    case 'GET':
    case 'HEAD':
      return readBlob(service, exchange, target);
    case 'DELETE':
      return service.changes.run(() => deleteBlob(service, target));
    default:
      return refuseMethod(exchange, 'GET, HEAD, DELETE');
  }
}

async function readBlob({ store }: Service, exchange: Exchange, { repository, digest }: Target): Promise<Answer> {
  const size = await store.findBlobSize(repository, digest);
  if (size === undefined) throw unknownBlob();
  const range = exchange.method === 'GET' ? parseRange(exchange.request.headers.range, size) : undefined;
  const { start, end } = range ?? { start: 0, end: size - 1 };
  const headers = {
    'content-type': 'application/octet-stream',
    'docker-content-digest': digest,
    'accept-ranges': 'bytes',
    'content-length': end - start + 1,
    ...(range && { 'content-range': `bytes ${start}-${end}/${size}` }),
  };
  const status = range === undefined ? 200 : 206;
  if (exchange.method === 'HEAD' || size === 0) return { status, headers };
  return { status, headers, body: store.streamBlob(digest, { start, end }) };
}

/**
 * The one range asked for, undefined when the whole is to be sent: no header, another unit, or several ranges (RFC 9110
 * section 14.2 lets a server ignore those). Throws SIZE_INVALID with 416 for a range outside the content.
 */
function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const [first = '', last = ''] = match?.slice(1) ?? [];
  if (match === null || (first === '' && last === '')) return undefined;
  const start = first === '' ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start <= end && start < size) return { start, end };
  throw new RegistryFault('SIZE_INVALID', 'the range is outside the content', {
    status: 416,
    headers: { 'content-range': `bytes */${size}` },
  });
}

/** The blob leaves this repository only; a manifest that names it stays, as with distribution. */
async function deleteBlob({ store }: Service, { repository, digest }: Target): Promise<Answer> {
  if ((await store.findBlobSize(repository, digest)) === undefined) throw unknownBlob();
  await store.removeBlob(repository, digest);
  return { status: 202 };
}

function unknownBlob(): RegistryFault {
  return new RegistryFault('BLOB_UNKNOWN', 'the repository has no such blob');
}
