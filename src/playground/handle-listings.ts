import type { Digest } from '../oci/digest.ts';
import { MEDIA_TYPES } from '../oci/media-types.ts';
import { type Answer, type Exchange, refuseMethod, type Service } from './exchange.ts';
import { RegistryFault } from './fault.ts';
import { parseManifestDocument } from './manifest-document.ts';
import { toPage } from './page.ts';

/** So that the index of referrers stays a manifest that every client reads (distribution-spec: 4 megabytes). */
const MAX_REFERRERS_BYTES = 3 * 1024 * 1024;
/** Of a digest, in the tag for its referrers. */
const MAX_TAG_HEX = 64;

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

async function listReferrers({ store }: Service, subject: Subject): Promise<readonly Referrer[]> {
  const { repository, digest } = subject;
  const candidates = [...(await store.listReferrers(repository, digest)), ...(await listTagged(store, subject))];
  const referrers: Referrer[] = [];
  for (const candidate of [...new Set(candidates)].sort()) {
    const manifest = await findDocument(store, repository, candidate);
    if (manifest === undefined || manifest.document.subject !== digest) continue;
    const { artifactType, annotations } = manifest.document;
    referrers.push({
      mediaType: manifest.document.mediaType,
      digest: candidate,
      size: manifest.size,
      ...(artifactType && { artifactType }),
      ...(annotations && { annotations }),
    });
  }
  return referrers;
}

/**
 * What clients noted under a tag while the registry that filled the folder had no referrers API; an API that comes later
 * has to list that (distribution-spec, "Enabling the Referrers API" and "Referrers Tag Schema").
 */
async function listTagged(store: Service['store'], { repository, digest }: Subject): Promise<readonly Digest[]> {
  const [algorithm = '', hex = ''] = digest.split(':');
  const tagged = await store.findTag(repository, `${algorithm}-${hex.slice(0, MAX_TAG_HEX)}`);
  const index = tagged && (await findDocument(store, repository, tagged));
  return index?.document.manifests ?? [];
}

/** Undefined also for what cannot be read: another registry may have let it in. */
async function findDocument(store: Service['store'], repository: string, digest: Digest) {
  try {
    const manifest = await store.findManifest(repository, digest);
    if (manifest === undefined) return undefined;
    return { document: parseManifestDocument(manifest.bytes, manifest.mediaType), size: manifest.bytes.length };
  } catch (error) {
    if (error instanceof RegistryFault) return undefined;
    throw error;
  }
}

function checkRead(exchange: Exchange): void {
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') refuseMethod(exchange, 'GET, HEAD');
}
