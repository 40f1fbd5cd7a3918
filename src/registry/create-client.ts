import { isDigest } from '../oci/digest.ts';
import { type Repository, toRepositoryKey } from '../oci/repository.ts';
import type { Clock } from '../transport/clock.ts';
import type { RetryPolicy, Timeouts } from '../transport/policy.ts';
import type { RequestEvent } from '../transport/request-event.ts';
import { createBlobCopies } from './blob-copies.ts';
import { createChannels } from './channels.ts';
import type { BlobCopy, BlobCopyOutcome, RegistryClient, RequestOptions } from './client.ts';
import type { Place } from './context.ts';
import { createPushExpectations } from './expect-push.ts';
import { headManifest } from './head-manifest.ts';
import { listTags } from './list-tags.ts';
import { createMirrors, type Mirrors } from './mirrors.ts';
import { createNetwork } from './network.ts';
import { hasBlob, readBlob } from './read-blob.ts';
import { getManifest } from './read-manifest.ts';
import { listReferrers } from './referrers.ts';
import type { RegistrySettings } from './settings.ts';
import { createWarnings } from './warnings.ts';

export interface RegistryClientOptions {
  /** The settings of a registry host; what holds for all hosts is already folded in. */
  readonly settings: (registry: string) => RegistrySettings;
  /** 'read' refuses everything but GET and HEAD before it is sent, and asks token servers for `pull` only. */
  readonly access: 'read' | 'write';
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  /** Where this machine keeps what it tells other tools on registries, `/etc`; not looked at when absent. */
  readonly systemDirectory?: string;
  /** Where podman keeps the credentials of this user when XDG_RUNTIME_DIR is not set, `/run/containers/UID`. */
  readonly runDirectory?: string;
  readonly clock: Clock;
  readonly userAgent: string;
  /** Requests in flight over all registries. */
  readonly parallelism?: number;
  readonly timeouts?: Partial<Timeouts>;
  readonly retry?: Partial<RetryPolicy>;
  /** Called for every request that was sent, to token servers too. */
  readonly onRequest?: ((event: RequestEvent) => void) | undefined;
}

/**
 * A client for all registries of one run. Nothing is sent before the first call; `close` it at the end. What writes is loaded
 * when something is written.
 */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const network = createNetwork(options);
  const { transport } = network;
  const warnings = createWarnings();
  const channelOf = createChannels(options, network, warnings);
  const placeOf = (repository: Repository): Place => ({ channel: channelOf(repository.registry), repository });
  const findMirrors = ({ registry, path }: Repository): Promise<readonly string[]> =>
    network.hostFiles.findMirrors(registry, path);
  const mirrors = createMirrors({ settings: options.settings, placeOf, findMirrors });
  return {
    headManifest: (repository, reference, request) => headManifest(placeOf(repository), reference, request),
    getManifest: (repository, reference, request) =>
      request?.mirrors === true && isDigest(reference)
        ? mirrors.read(repository, (place) => getManifest(place, reference, request))
        : getManifest(placeOf(repository), reference, request),
    expectPush: createPushExpectations(placeOf),
    putManifest: async (repository, reference, ...[manifest, request = {}]) => {
      const { putManifest } = await import('./write-manifest.ts');
      return putManifest({ place: placeOf(repository), reference, manifest, options: request });
    },
    putManifestTags: async (repository, manifest, ...[tags, request = {}]) => {
      const { putManifestTags } = await import('./put-tags.ts');
      return putManifestTags({ place: placeOf(repository), manifest, tags, options: request });
    },
    hasBlob: (repository, digest, request) => hasBlob(placeOf(repository), digest, request),
    readBlob: (repository, descriptor, { maxBytes, ...request }) => {
      const read = (place: Place): Promise<Uint8Array> => readBlob(place, { descriptor, maxBytes, options: request });
      return request.mirrors === true ? mirrors.read(repository, read) : read(placeOf(repository));
    },
    copyBlob: createBlobCopier(placeOf, mirrors),
    listTags: (repository, request) => listTags(placeOf(repository), request),
    deleteTag: async (repository, tag, request) => {
      const { deleteTag } = await import('./delete-tag.ts');
      return deleteTag(placeOf(repository), tag, request);
    },
    listReferrers: (repository, subject, request) => listReferrers(placeOf(repository), subject, request),
    announceReferrers: async ({ repository, ...job }, request = {}) => {
      const { announceReferrers } = await import('./announce-referrers.ts');
      return announceReferrers({ ...job, place: placeOf(repository), options: request });
    },
    warnings: () => warnings.list(),
    requestCounts: () => transport.counts(),
    close: () => transport.close(),
  };
}

type PlaceOf = (repository: Repository) => Place;

function createBlobCopier(
  placeOf: PlaceOf,
  mirrors: Mirrors,
): (job: BlobCopy, request?: RequestOptions) => Promise<BlobCopyOutcome> {
  const copies = createBlobCopies();
  const unmountable = new Set<string>();
  return ({ from, to, descriptor, onProgress = () => undefined }, options = {}) =>
    copies.run(`${toRepositoryKey(to)}@${descriptor.digest}`, async () => {
      const { copyBlob } = await import('./copy-blob.ts');
      const [source, target] = [placeOf(from), placeOf(to)];
      return copyBlob({ source, target, descriptor, onProgress, options, unmountable, mirrors });
    });
}
