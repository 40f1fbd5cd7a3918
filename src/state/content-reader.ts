import { decodeImageConfig, type ImageConfig } from '../oci/image-config.ts';
import type { ImageManifest, StoredManifest } from '../oci/manifest.ts';
import { formatRepository, type Repository } from '../oci/repository.ts';
import type { RegistryClient, RequestOptions } from '../registry/client.ts';

const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/** Reads manifests and image configs, each at most once a run however many images share it. */
export interface ContentReader {
  /** `reference` is a tag or digest; undefined when the registry confirmed that it is not there. */
  readManifest(repository: Repository, reference: string): Promise<StoredManifest | undefined>;
  /** The image config that `manifest`, found in `repository`, names. Throws BLOB_MISSING when it is gone. */
  readConfig(repository: Repository, manifest: ImageManifest): Promise<ImageConfig>;
}

export function createContentReader(client: RegistryClient, options: RequestOptions = {}): ContentReader {
  const manifests = new Map<string, Promise<StoredManifest | undefined>>();
  const configs = new Map<string, Promise<ImageConfig>>();
  return {
    readManifest: (repository, reference) =>
      once(manifests, `${formatRepository(repository)} ${reference}`, () =>
        client.getManifest(repository, reference, options),
      ),
    readConfig: (repository, manifest) =>
      once(configs, manifest.config.digest, async () =>
        decodeImageConfig(
          await client.readBlob(repository, manifest.config, { ...options, maxBytes: MAX_CONFIG_BYTES }),
        ),
      ),
  };
}

function once<T>(known: Map<string, Promise<T>>, key: string, read: () => Promise<T>): Promise<T> {
  const earlier = known.get(key);
  if (earlier !== undefined) return earlier;
  const promise = read();
  known.set(key, promise);
  return promise;
}
