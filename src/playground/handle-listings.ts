import type { Digest } from '../oci/digest.ts';
import { MEDIA_TYPES } from '../oci/media-types.ts';
import { type Answer, type Exchange, refuseMethod, type Service } from './exchange.ts';
import { RegistryFault } from './fault.ts';
import { parseManifestDocument } from './manifest-document.ts';
import { toPage } from './page.ts';

/** So that the index of referrers stays a manifest that every client reads (distribution-spec: 4 megabytes). */
const MAX_REFERRERS_BYTES = 3 * 1024 * 1024;

/** `/v2/<name>/tags/list`, in ASCII order, paged with `n` and `last`. */
export async function handleTags(service: Service, exchange: Exchange, repository: string): Promise<Answer> {
  checkRead(exchange);
  return service.changes.run(async () => {
    if (!(await service.store.hasRepository(repository))) throw new RegistryFault('NAME_UNKNOWN', 'no such repository');
    const tags = await service.store.listTags(repository);
    const { items, headers } = toPage(tags, exchange, { keyOf: (tag) => tag, maxItems: service.maxPageItems });
    return { status: 200, headers, body: { name: repository, tags: items } };
  });
}

/** `/v2/_catalog`, an extension that distribution made common: all repositories, paged as the tags are. */
export async function handleCatalog(service: Service, exchange: Exchange): Promise<Answer> {
  checkRead(exchange);
  const repositories = await service.store.listRepositories();
  const { items, headers } = toPage(repositories, exchange, { keyOf: (name) => name, maxItems: service.maxPageItems });
  return { status: 200, headers, body: { repositories: items } };
}

/** `/v2/<name>/referrers/<digest>`: an index of what names the digest as its subject, empty when nothing does. */
export async function handleReferrers(service: Service, exchange: Exchange, target: Subject): Promise<Answer> {
  checkRead(exchange);
  const all = await listReferrers(service, target);
  const wanted = exchange.query.get('artifactType');
  const matching = wanted === null ? all : all.filter(({ artifactType }) => (artifactType ?? '') === wanted);
  const { items, headers } = toPage(matching, exchange, {
    keyOf: ({ digest }) => digest,
    maxItems: service.maxPageItems,
    maxBytes: MAX_REFERRERS_BYTES,
  });
  return {
    status: 200,
    headers: {
      ...headers,
      'content-type': MEDIA_TYPES.ociIndex,
      ...(wanted !== null && { 'oci-filters-applied': 'artifactType' }),
    },
    body: { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: items },
  };
}

interface Subject {
  readonly repository: string;
  readonly digest: Digest;
}

interface Referrer {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: object;
}

async function listReferrers({ store }: Service, { repository, digest }: Subject): Promise<readonly Referrer[]> {
  const referrers: Referrer[] = [];
  for (const referrer of await store.listReferrers(repository, digest)) {
    const manifest = await store.findManifest(repository, referrer);
    if (manifest === undefined) continue;
    const { artifactType, annotations } = parseManifestDocument(manifest.bytes, manifest.mediaType);
    referrers.push({
      mediaType: manifest.mediaType,
      digest: referrer,
      size: manifest.bytes.length,
      ...(artifactType && { artifactType }),
      ...(annotations && { annotations }),
    });
  }
  return referrers;
}

function checkRead(exchange: Exchange): void {
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') refuseMethod(exchange, 'GET, HEAD');
}
