import type { Digest } from '../oci/digest.ts';
import type { ImageIndex } from '../oci/manifest.ts';
import type { Repository } from '../oci/repository.ts';
import type { RegistryClient, RequestOptions } from '../registry/client.ts';
import { mapAtOnce } from '../transport/map-at-once.ts';

const CHILDREN_AT_ONCE = 16;

/** Asks, each once a run, whether the manifests that an index names are still in its repository. */
export interface ChildReader {
  /** The digests that the registry confirmed to be gone. Throws what the client throws. */
  findMissing(repository: Repository, index: ImageIndex): Promise<readonly Digest[]>;
}

/** One HEAD a child, past every cache: a cache shows what a child is, and not that it is there. */
export function createChildReader(client: RegistryClient, options: RequestOptions): ChildReader {
  const known = new Map<string, Promise<boolean>>();
  const isThere = (repository: Repository, digest: Digest): Promise<boolean> => {
    const key = `${repository.registry}/${repository.path}@${digest}`;
    const earlier = known.get(key);
    if (earlier !== undefined) return earlier;
    const answer = client.headManifest(repository, digest, options).then((head) => head !== undefined);
    known.set(key, answer);
    return answer;
  };
  return {
    findMissing: async (repository, index) => {
      const digests = [...new Set(index.manifests.map((entry) => entry.digest))];
      const answers = await mapAtOnce(digests, CHILDREN_AT_ONCE, (digest) => isThere(repository, digest));
      return digests.filter((_, position) => answers[position] === false);
    },
  };
}
