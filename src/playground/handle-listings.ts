import type { Digest } from '../oci/digest.ts';
import { MEDIA_TYPES } from '../oci/media-types.ts';
import { type Answer, type Exchange, refuseMethod, type Service } from './exchange.ts';
import { RegistryFault } from './fault.ts';
import { parseManifestDocument } from './manifest-document.ts';

/** `/v2/<name>/tags/list`, in ASCII order, paged with `n` and `last`. */
export async function handleTags(service: Service, exchange: Exchange, repository: string): Promise<Answer> {
  checkRead(exchange);
  return service.changes.run(async () => {
    if (!(await service.store.hasRepository(repository))) throw new RegistryFault('NAME_UNKNOWN', 'no such repository');
    const { items, headers } = toPage(await service.store.listTags(repository), exchange);
    return { status: 200, headers, body: { name: repository, tags: items } };
  });
}

/** `/v2/_catalog`, an extension that distribution made common: all repositories, paged as the tags are. */
export async function handleCatalog(service: Service, exchange: Exchange): Promise<Answer> {
  checkRead(exchange);
  const { items, headers } = toPage(await service.store.listRepositories(), exchange);
  return { status: 200, headers, body: { repositories: items } };
}

/** `/v2/<name>/referrers/<digest>`: an index of what names the digest as its subject, empty when nothing does. */
export async function handleReferrers(service: Service, exchange: Exchange, target: Subject): Promise<Answer> {
  checkRead(exchange);
  const all = await listReferrers(service, target);
  const wanted = exchange.query.get('artifactType') ?? '';
  const manifests = wanted === '' ? all : all.filter(({ artifactType }) => artifactType === wanted);
  return {
    status: 200,
    headers: { 'content-type': MEDIA_TYPES.ociIndex, ...(wanted !== '' && { 'oci-filters-applied': 'artifactType' }) },
    body: { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests },
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

interface Page {
  readonly items: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/** The part of a sorted list after `last`, at most `n` long, with a Link to the next one when there is more. */
function toPage(sorted: readonly string[], { query, request }: Exchange): Page {
  const last = query.get('last');
  const rest = last === null ? sorted : sorted.filter((item) => item > last);
  const limit = readLimit(query);
  const items = rest.slice(0, limit);
  const end = items.at(-1);
  if (end === undefined || items.length === rest.length) return { items, headers: {} };
  const path = request.url?.split('?')[0] ?? '';
  const next = new URLSearchParams({ n: `${limit}`, last: end }).toString();
  return { items, headers: { link: `<${path}?${next}>; rel="next"` } };
}

function readLimit(query: URLSearchParams): number | undefined {
  const text = query.get('n');
  if (text === null || text === '') return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new RegistryFault('UNSUPPORTED', 'n must be a number', { status: 400 });
}
