import { join } from 'node:path';
import { createHostFiles, type HostFiles } from '../transport/host-files.ts';
import type { HostProfile } from '../transport/host-profile.ts';
import { createTransport, type Transport, type TransportOptions } from '../transport/transport.ts';
import { findSeed } from './capabilities.ts';
import { toRegistry, toUrlHost } from './endpoint.ts';
import type { RegistrySettings } from './settings.ts';

/** What the requests of a run go through, and what this machine says of where they go. */
export interface Network {
  readonly transport: Transport;
  readonly hostFiles: HostFiles;
  /** Notes how a registry is written, before the first request to it. */
  note(registry: string): void;
  /** The origin that this machine names for a registry; undefined for the registry itself. */
  findServer(registry: string): Promise<URL | undefined>;
}

export interface NetworkOptions extends Omit<TransportOptions, 'profile' | 'hostFiles'> {
  readonly settings: (registry: string) => RegistrySettings;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  readonly systemDirectory?: string;
}

export function createNetwork(options: NetworkOptions): Network {
  // A registry written with the port 443 loses it in URLs; its settings must be found all the same.
  const written = new Map<string, string>();
  const toWritten = (host: string): string => written.get(host) ?? toRegistry(host);
  const toProfile = (registry: string): HostProfile => {
    const { concurrency } = findSeed(registry);
    return { ...(concurrency === undefined ? {} : { concurrency }), ...options.settings(registry) };
  };
  const config = options.environment.XDG_CONFIG_HOME ?? '';
  const hostFiles = createHostFiles({
    systemDirectory: options.systemDirectory,
    configDirectory: config === '' ? join(options.homeDirectory, '.config') : config,
    names: (host) => [...new Set([toWritten(host), host])],
  });
  return {
    hostFiles,
    transport: createTransport({ ...options, hostFiles, profile: (host) => toProfile(toWritten(host)) }),
    note: (registry) => void written.set(toUrlHost(registry), registry),
    findServer: async (registry) => {
      const { server } = await hostFiles.find(toUrlHost(registry));
      // What is said of the registry, its authorities for one, is meant for the server that stands for it.
      if (server !== undefined) written.set(server.host, registry);
      return server;
    },
  };
}
