import { type ContentCache, NO_CACHE } from '../cache/content-cache.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { type Digest, isDigest } from '../oci/digest.ts';
import { decodeImageConfig, type ImageConfig, MAX_CONFIG_BYTES } from '../oci/image-config.ts';
import type { ImageManifest, StoredManifest } from '../oci/manifest.ts';
import { formatRepository, type Repository } from '../oci/repository.ts';
import type { RegistryClient, RequestOptions } from '../registry/client.ts';
import { toCachedManifest } from './cached-manifest.ts';

/** Reads manifests and image configs, each at most once a run however many images share it. */
export interface ContentReader {
  /**
   * `reference` is a tag or digest; undefined when the registry confirmed that it is not there.
   *
   * A tag is always asked for. Content by digest may come from the cache, which shows what it is but not that the
   * registry still holds it: before it is published, {@link ContentReader.isHeld} asks for that.
   */
  readManifest(repository: Repository, reference: string, use?: ContentUse): Promise<StoredManifest | undefined>;
  /**
   * False when the manifest came from the cache and the registry, asked by HEAD, does not hold it any more. No request for
   * one that was seen there in this run, or that was not read at all.
   */
  isHeld(repository: Repository, digest: Digest): Promise<boolean>;
  /** What refers to a manifest. */
  listReferrers(repository: Repository, subject: Digest): Promise<readonly Descriptor[]>;
  /** The image config that `manifest`, found in `repository`, names. Throws BLOB_MISSING when it is gone. */
  readConfig(repository: Repository, manifest: ImageManifest): Promise<ImageConfig>;
}

/** What a manifest is wanted for: content of a 'source' may come from mirrors, that of a tag that Plait keeps may not. */
export type ContentUse = 'source' | 'live';

export interface ContentReaderOptions extends RequestOptions {
  /** What was read by digest before, in this run or another. Left out: everything comes from the registries. */
  readonly cache?: ContentCache;
}

/** What each reading needs. */
interface Reading {
  readonly client: RegistryClient;
  readonly cache: ContentCache;
  readonly options: RequestOptions;
  readonly sightings: Sightings;
}

/** Which manifests this run took from the cache, and which it has seen in their registry. Keys as of {@link toKey}. */
interface Sightings {
  readonly cached: Set<string>;
  readonly seen: Set<string>;
}

/**
 * Requests for content in the cache: one HEAD for a tag, none for a digest. For content that is not: one GET more. Without
 * a cache, and with one in which nothing was: one GET for either.
 */
export function createContentReader(client: RegistryClient, options: ContentReaderOptions = {}): ContentReader {
  const { cache = NO_CACHE, ...request } = options;
  const reading = {
    client,
    cache,
    options: request,
    sightings: { cached: new Set<string>(), seen: new Set<string>() },
  };
  const manifests = new Map<string, Promise<StoredManifest | undefined>>();
  const configs = new Map<string, Promise<ImageConfig>>();
  const held = new Map<string, Promise<boolean>>();
  const referrers = new Map<string, Promise<readonly Descriptor[]>>();
  const readManifest: ContentReader['readManifest'] = (repository, reference, use = 'live') =>
    once(manifests, toKey(repository, reference), () => {
      if (isDigest(reference)) return readByDigest(toReading(reading, use), repository, reference);
      if (cache.beganEmpty()) return readFresh(reading, repository, reference);
      return readByTag(reading, { repository, tag: reference }, (digest) => readManifest(repository, digest, use));
    });
  return {
    readManifest,
    isHeld: (repository, digest) => once(held, toKey(repository, digest), () => isHeld(reading, repository, digest)),
    listReferrers: (repository, subject) =>
      once(referrers, toKey(repository, subject), () => client.listReferrers(repository, subject, request)),
    readConfig: (repository, { config }) =>
      once(configs, config.digest, async () => decodeImageConfig(await readConfigBytes(reading, repository, config))),
  };
}

/** One GET: with nothing kept, a HEAD before it would hardly ever spare it. */
async function readFresh(
  { client, cache, options, sightings }: Reading,
  repository: Repository,
  tag: string,
): Promise<StoredManifest | undefined> {
  const stored = await client.getManifest(repository, tag, options);
  if (stored === undefined) return undefined;
  sightings.seen.add(toKey(repository, stored.digest));
  await cache.put(stored.digest, stored.bytes);
  return stored;
}

function toReading(reading: Reading, use: ContentUse): Reading {
  return use === 'live' ? reading : { ...reading, options: { ...reading.options, mirrors: true } };
}

/** A manifest that is deleted between the two requests may have been replaced: the tag itself gives the answer then. */
async function readByTag(
  { client, options, sightings }: Reading,
  { repository, tag }: { readonly repository: Repository; readonly tag: string },
  read: (digest: Digest) => Promise<StoredManifest | undefined>,
): Promise<StoredManifest | undefined> {
  const head = await client.headManifest(repository, tag, options);
  if (head === undefined) return undefined;
  sightings.seen.add(toKey(repository, head.digest));
  return (await read(head.digest)) ?? client.getManifest(repository, tag, options);
}

async function readByDigest(
  { client, cache, options, sightings }: Reading,
  repository: Repository,
  digest: Digest,
): Promise<StoredManifest | undefined> {
  const kept = await cache.get(digest);
  const cached = kept && toCachedManifest(digest, kept);
  if (cached !== undefined) {
    sightings.cached.add(toKey(repository, digest));
    return cached;
  }
  const stored = await client.getManifest(repository, digest, options);
  if (stored !== undefined) await cache.put(digest, stored.bytes);
  return stored;
}

async function isHeld(
  { client, options, sightings }: Reading,
  repository: Repository,
  digest: Digest,
): Promise<boolean> {
  const key = toKey(repository, digest);
  if (!sightings.cached.has(key) || sightings.seen.has(key)) return true;
  return (await client.headManifest(repository, digest, options)) !== undefined;
}

function toKey(repository: Repository, reference: string): string {
  return `${formatRepository(repository)} ${reference}`;
}

/** Of another size than the manifest says, it is left to the client to refuse. */
async function readConfigBytes(
  { client, cache, options }: Reading,
  repository: Repository,
  { digest, size }: Descriptor,
): Promise<Uint8Array> {
  const kept = await cache.get(digest);
  if (kept?.length === size && size <= MAX_CONFIG_BYTES) return kept;
  const bytes = await client.readBlob(repository, { digest, size }, { ...options, maxBytes: MAX_CONFIG_BYTES });
  await cache.put(digest, bytes);
  return bytes;
}

function once<T>(known: Map<string, Promise<T>>, key: string, read: () => Promise<T>): Promise<T> {
  const earlier = known.get(key);
  if (earlier !== undefined) return earlier;
  const promise = read();
  known.set(key, promise);
  return promise;
}
