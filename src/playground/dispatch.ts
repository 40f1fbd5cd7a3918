import type { Answer, Exchange, Service } from './exchange.ts';
import { RegistryFault } from './fault.ts';
import { handleBlob } from './handle-blobs.ts';
import { handleCatalog, handleReferrers, handleTags } from './handle-listings.ts';
import { handleManifest } from './handle-manifests.ts';
import { handleUpload, handleUploads } from './handle-uploads.ts';
import type { PlaygroundOptions } from './options.ts';
import { parseRoute } from './routes.ts';

export interface Call {
  readonly exchange: Exchange;
  readonly path: string;
}

/** The answer to one request. Throws a RegistryFault for what is refused. */
export async function answerCall(
  service: Service,
  options: PlaygroundOptions,
  { exchange, path }: Call,
): Promise<Answer> {
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
