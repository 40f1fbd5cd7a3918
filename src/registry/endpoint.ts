import type { Repository } from '../oci/repository.ts';

/** Docker Hub is named `docker.io` and answers elsewhere. */
const HUB = 'docker.io';
const HUB_API = 'registry-1.docker.io';

/** The host to talk to for a registry. */
export function toApiHost(registry: string): string {
  return registry === HUB ? HUB_API : registry;
}

/** The host of a registry as https URLs have it. */
export function toUrlHost(registry: string): string {
  return new URL(`https://${toApiHost(registry)}`).host;
}

/** The registry that a host answers for. */
export function toRegistry(host: string): string {
  return host === HUB_API ? HUB : host;
}

/** The path of a manifest; `reference` is a tag or digest. */
export function toManifestPath(repository: Repository, reference: string): string {
  return `/v2/${repository.path}/manifests/${reference}`;
}

export function toBlobPath(repository: Repository, digest: string): string {
  return `/v2/${repository.path}/blobs/${digest}`;
}

/** Where uploads begin. */
export function toUploadsPath(repository: Repository): string {
  return `/v2/${repository.path}/blobs/uploads/`;
}

export function toTagsPath(repository: Repository): string {
  return `/v2/${repository.path}/tags/list`;
}

/** The list of what refers to a manifest. */
export function toReferrersPath(repository: Repository, subject: string): string {
  return `/v2/${repository.path}/referrers/${subject}`;
}
