import { isPlaitError, PlaitError } from '../errors/plait-error.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { ImageManifest, StoredManifest } from '../oci/manifest.ts';
import { formatRepository, type Repository } from '../oci/repository.ts';
import { mapAtOnce } from '../transport/map-at-once.ts';
import type { BlobCopyOutcome, RegistryClient, RequestOptions } from './client.ts';
import { describePlace } from './context.ts';

/** How far one blob of a copy has got. Sizes in bytes. */
export interface CopyProgress {
  readonly digest: Digest;
  readonly movedBytes: number;
  readonly totalBytes: number;
  /** Set once the blob is in place. */
  readonly outcome?: BlobCopyOutcome;
}

/** One manifest to bring into another repository with everything it names. */
export interface ManifestCopy {
  readonly from: Repository;
  readonly to: Repository;
  readonly digest: Digest;
  /** The manifest, when the caller has read it already. */
  readonly known?: StoredManifest;
  readonly onProgress?: (progress: CopyProgress) => void;
}

const MAX_DEPTH = 4;
const PARALLEL_BLOBS = 4;

/**
 * Brings a manifest, its blobs and nested manifests into another repository, children before parents; does nothing when
 * it is there already. Throws SOURCE_MISSING when the source has no such manifest, BLOB_MISSING when a blob is gone.
 */
export async function copyManifest(
  client: RegistryClient,
  job: ManifestCopy,
  options: RequestOptions = {},
): Promise<'present' | 'copied'> {
  return copyTree({ client, job, options }, job.digest, 1);
}

/** As {@link copyManifest}, for a manifest that is known not to be there. */
export async function copyAbsentManifest(
  client: RegistryClient,
  job: ManifestCopy & { readonly known: StoredManifest },
  options: RequestOptions = {},
): Promise<void> {
  await storeCopy({ client, job, options }, job.known, 1);
}

interface CopyContext {
  readonly client: RegistryClient;
  readonly job: ManifestCopy;
  readonly options: RequestOptions;
}

async function copyTree(context: CopyContext, digest: Digest, depth: number): Promise<'present' | 'copied'> {
  const { client, job, options } = context;
  const what = describePlace(job.from, digest);
  if (depth > MAX_DEPTH)
    throw new PlaitError('SOURCE_UNSUPPORTED', `${what} is nested more than ${MAX_DEPTH} levels deep`);
  if ((await client.headManifest(job.to, digest, options)) !== undefined) return 'present';
  const stored = await readSource(context, digest);
  if (stored === undefined) {
    throw new PlaitError('SOURCE_MISSING', `could not copy ${what} to ${formatRepository(job.to)}: it does not exist`, {
      hint: 'it may have been deleted; build and push it again',
    });
  }
  await storeCopy(context, stored, depth);
  return 'copied';
}

async function readSource({ client, job, options }: CopyContext, digest: Digest): Promise<StoredManifest | undefined> {
  if (job.known?.digest === digest) return job.known;
  return client.getManifest(job.from, digest, { ...options, mirrors: true });
}

/** What the manifest names comes before it. */
async function storeCopy(context: CopyContext, stored: StoredManifest, depth: number): Promise<void> {
  const { client, job, options } = context;
  const { manifest, digest } = stored;
  if (manifest.kind === 'image') await copyBlobs(context, manifest).catch(nameImage(describePlace(job.from, digest)));
  else for (const child of manifest.manifests) await copyTree(context, child.digest, depth + 1);
  await client.putManifest(job.to, digest, stored, options);
}

/** Says of a blob that is gone which image it is missing from. */
function nameImage(what: string): (error: unknown) => never {
  return (error) => {
    if (!isPlaitError(error, 'BLOB_MISSING')) throw error;
    const { message, hint, status } = error;
    throw new PlaitError('BLOB_MISSING', `could not copy ${what}: ${message}`, { hint, status, cause: error });
  };
}

/** Copies what the image names, some blobs at a time. The first failure stops the others. */
async function copyBlobs(context: CopyContext, image: ImageManifest): Promise<void> {
  const stop = new AbortController();
  const signals = [stop.signal, ...(context.options.signal === undefined ? [] : [context.options.signal])];
  const options = { signal: AbortSignal.any(signals) };
  try {
    await mapAtOnce(listBlobs(image), PARALLEL_BLOBS, (descriptor) => copyOne({ ...context, options }, descriptor));
  } catch (error) {
    stop.abort(error);
    throw error;
  }
}

async function copyOne({ client, job, options }: CopyContext, descriptor: Descriptor): Promise<void> {
  const { digest, size: totalBytes } = descriptor;
  const report = (movedBytes: number): void => job.onProgress?.({ digest, movedBytes, totalBytes });
  const outcome = await client.copyBlob({ from: job.from, to: job.to, descriptor, onProgress: report }, options);
  job.onProgress?.({ digest, movedBytes: outcome === 'uploaded' ? totalBytes : 0, totalBytes, outcome });
}

/** The config and the layers to copy, each once. What is not meant to be distributed, or is kept elsewhere, is not. */
function listBlobs(image: ImageManifest): readonly Descriptor[] {
  const blobs = [image.config, ...image.layers.filter(isDistributable)];
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()];
}

/** Foreign `urls` are never fetched: they may lead anywhere (CVE-2020-15157). */
function isDistributable({ mediaType, urls = [] }: Descriptor): boolean {
  return urls.length === 0 && !/\.foreign\.|nondistributable/.test(mediaType);
}
