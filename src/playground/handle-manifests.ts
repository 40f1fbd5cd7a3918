import { computeDigest, type Digest, findAlgorithm } from '../oci/digest.ts';
import type { RawManifest } from '../oci/manifest.ts';
import { isTag } from '../oci/repository.ts';
import { type Answer, type Exchange, refuseMethod, type Service } from './exchange.ts';
import { RegistryFault } from './fault.ts';
import { type ManifestDocument, parseManifestDocument } from './manifest-document.ts';
import { readBody } from './request-body.ts';
import { toDigest } from './routes.ts';

/** The largest manifest taken, in bytes (distribution-spec: at least 4 megabytes). */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
/** The most tags in one `?tag=` push (distribution-spec: at least 10). */
export const MAX_PUSH_TAGS = 64;

interface Target {
  readonly repository: string;
  readonly reference: string;
}

/** `/v2/<name>/manifests/<reference>`. */
export function handleManifest(service: Service, exchange: Exchange, target: Target): Promise<Answer> {
  switch (exchange.method) {
    case 'GET':
    case 'HEAD':
      return readManifest(service, exchange, target);
    case 'PUT':
      return putManifest(service, exchange, target);
    case 'DELETE':
      return service.changes.run(() => deleteManifest(service, target));
    default:
      return refuseMethod(exchange, 'GET, HEAD, PUT, DELETE');
  }
}

/**
 * An Accept header that leaves the stored type out gets 404, as from distribution, GHCR and ACR; none at all, or a
 * wildcard, gets what there is. The specification leaves the choice; converting or picking a child is never an answer.
 */
async function readManifest(service: Service, exchange: Exchange, target: Target): Promise<Answer> {
  const digest = await findDigest(service, target);
  const manifest = digest && (await service.store.findManifest(target.repository, digest));
  if (manifest === undefined) throw unknownManifest();
  if (!accepts(exchange.request.headers.accept, manifest.mediaType)) {
    throw new RegistryFault('MANIFEST_UNKNOWN', `it is a ${manifest.mediaType}, which the Accept header leaves out`);
  }
  return {
    status: 200,
    headers: { 'content-type': manifest.mediaType, 'docker-content-digest': manifest.digest },
    body: manifest.bytes,
  };
}

function accepts(header: string | undefined, mediaType: string): boolean {
  if (header === undefined || header.trim() === '') return true;
  const ranges = header.split(',').map((range) => range.split(';')[0]?.trim().toLowerCase());
  return [mediaType, 'application/*', '*/*'].some((range) => ranges.includes(range));
}

async function putManifest(service: Service, exchange: Exchange, target: Target): Promise<Answer> {
  const wanted = isTag(target.reference) ? undefined : toReferenceDigest(target.reference);
  const tags = wanted === undefined ? [target.reference] : readPushTags(service, exchange);
  const tooLarge = new RegistryFault('MANIFEST_INVALID', 'the manifest is larger than 4 MiB', { status: 413 });
  const bytes = await readBody(exchange.request, MAX_MANIFEST_BYTES, tooLarge);
  const document = parseManifestDocument(bytes, exchange.request.headers['content-type']);
  const digest = computeDigest(bytes, wanted && findAlgorithm(wanted));
  if (wanted !== undefined && wanted !== digest)
    throw new RegistryFault('DIGEST_INVALID', 'the content has another digest');
  const manifest = { bytes, digest, mediaType: document.mediaType };
  await service.changes.run(() => storeManifest(service, { repository: target.repository, manifest, document, tags }));
  return {
    status: 201,
    headers: {
      location: `/v2/${target.repository}/manifests/${wanted ?? target.reference}`,
      'docker-content-digest': digest,
      ...(wanted !== undefined && tags.length > 0 && { 'oci-tag': tags }),
      ...(service.features.referrers && document.subject && { 'oci-subject': document.subject }),
    },
  };
}

function toReferenceDigest(reference: string): Digest {
  if (reference.includes(':')) return toDigest(reference);
  throw new RegistryFault('TAG_INVALID', 'neither a tag nor a digest');
}

function readPushTags({ features }: Service, { query }: Exchange): readonly string[] {
  if (!features.multiTag) return [];
  const tags = [...new Set(query.getAll('tag'))];
  if (tags.length > MAX_PUSH_TAGS) {
    throw new RegistryFault('TAG_INVALID', `at most ${MAX_PUSH_TAGS} tags in one request`, { status: 414 });
  }
  if (!tags.every(isTag)) throw new RegistryFault('TAG_INVALID', 'not a tag');
  return tags;
}

interface Push {
  readonly repository: string;
  readonly manifest: RawManifest;
  readonly document: ManifestDocument;
  readonly tags: readonly string[];
}

async function storeManifest(service: Service, { repository, manifest, document, tags }: Push): Promise<void> {
  const missing = service.features.sparse ? [] : await findMissing(service, repository, document);
  if (missing.length > 0) {
    throw new RegistryFault('MANIFEST_BLOB_UNKNOWN', 'the repository lacks content that the manifest names', {
      details: missing,
    });
  }
  await service.store.addManifest(repository, manifest, document.subject);
  for (const tag of tags) await service.store.setTag(repository, tag, manifest.digest);
}

/** A child of an index is a manifest, or, for types that are not pushed as manifests, a blob. */
async function findMissing({ store }: Service, repository: string, document: ManifestDocument): Promise<Digest[]> {
  const missing: Digest[] = [];
  for (const digest of document.manifests) {
    const found = (await store.hasManifest(repository, digest)) || (await hasBlob(store, repository, digest));
    if (!found) missing.push(digest);
  }
  for (const digest of document.blobs) {
    if (!(await hasBlob(store, repository, digest))) missing.push(digest);
  }
  return missing;
}

async function hasBlob(store: Service['store'], repository: string, digest: Digest): Promise<boolean> {
  return findAlgorithm(digest) !== undefined && (await store.findBlobSize(repository, digest)) !== undefined;
}

/** A tag goes alone; a digest goes with every tag that names it (distribution-spec, "Content Management"). */
async function deleteManifest(service: Service, target: Target): Promise<Answer> {
  const { store, features } = service;
  const digest = await findDigest(service, target);
  const manifest = digest && (await store.findManifest(target.repository, digest));
  if (manifest === undefined) throw unknownManifest();
  if (!isTag(target.reference)) {
    const { subject } = parseManifestDocument(manifest.bytes, manifest.mediaType);
    await store.removeManifest(target.repository, manifest.digest, subject);
  } else if (features.tagDelete) {
    await store.removeTag(target.repository, target.reference);
  } else {
    throw new RegistryFault('UNSUPPORTED', 'tags cannot be deleted here');
  }
  return { status: 202 };
}

async function findDigest({ store }: Service, { repository, reference }: Target): Promise<Digest | undefined> {
  if (reference.includes(':')) return toDigest(reference);
  return isTag(reference) ? store.findTag(repository, reference) : undefined;
}

function unknownManifest(): RegistryFault {
  return new RegistryFault('MANIFEST_UNKNOWN', 'the repository has no such manifest');
}
