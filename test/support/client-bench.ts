import { onTestFinished } from 'vitest';
import type { Digest } from '../../src/oci/digest.ts';
import type { RawManifest } from '../../src/oci/manifest.ts';
import { MEDIA_TYPES } from '../../src/oci/media-types.ts';
import { parseRepository, type Repository } from '../../src/oci/repository.ts';
import { buildImage, buildIndex, type SampleImage, type SampleIndex } from '../../src/playground/images.ts';
import type { PlaygroundOptions } from '../../src/playground/options.ts';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import type { RegistryClient } from '../../src/registry/client.ts';
import type { RegistryClientOptions } from '../../src/registry/create-client.ts';
import { type FaultHandler, type FaultServer, startFaultServer } from './fault-server.ts';
import { makeClient } from './make-client.ts';

/** A registry and a client for it; both end with the test. */
export interface ClientBench {
  readonly playground: Playground;
  readonly client: RegistryClient;
  readonly repository: (path: string) => Repository;
  /** `METHOD path status` of every request so far. */
  readonly traffic: () => readonly string[];
}

export async function startClientBench(
  options: PlaygroundOptions = {},
  client: Partial<RegistryClientOptions> = {},
): Promise<ClientBench> {
  const playground = await startPlayground(options);
  onTestFinished(() => playground.close());
  return {
    playground,
    client: openClient(client),
    repository: (path) => parseRepository(`${playground.host}/${path}`),
    traffic: () => playground.requests.map(({ method, path, status }) => `${method} ${path} ${status}`),
  };
}

/** As {@link makeClient}, closed at the end of the test. */
export function openClient(options: Partial<RegistryClientOptions> = {}): RegistryClient {
  const client = makeClient(options);
  onTestFinished(() => client.close());
  return client;
}

/** A client for a server that answers as it is told; the repository is `a/b` there. */
export interface FaultBench {
  readonly server: FaultServer;
  readonly client: RegistryClient;
  readonly repository: Repository;
}

export async function startFaultBench(
  handler: FaultHandler,
  client: Partial<RegistryClientOptions> = {},
): Promise<FaultBench> {
  const server = await startFaultServer(handler);
  return { server, client: openClient(client), repository: parseRepository(`${server.host}/a/b`) };
}

export const AMD64: SampleImage = buildImage({
  platform: { os: 'linux', architecture: 'amd64' },
  text: 'a',
  format: 'oci',
});
export const ARM64: SampleImage = buildImage({
  platform: { os: 'linux', architecture: 'arm64' },
  text: 'a',
  format: 'oci',
});
export const INDEX: SampleIndex = buildIndex({ images: [AMD64, ARM64], format: 'oci' });

/** The headers a registry answers with for a manifest. */
export function describeManifest({ bytes, digest, mediaType }: RawManifest): Record<string, string> {
  return { 'content-type': mediaType, 'content-length': String(bytes.byteLength), 'docker-content-digest': digest };
}

/** A digest that nothing has. */
export const NO_DIGEST = `sha256:${'0'.repeat(64)}` as Digest;

export const INDEX_TYPE = MEDIA_TYPES.ociIndex;
