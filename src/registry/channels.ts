import { createAuthenticator } from '../auth/create-authenticator.ts';
import { type CredentialFinder, createCredentialFinder } from '../auth/credential-finder.ts';
import { createFirstContact } from '../auth/first-contact.ts';
import type { Clock } from '../transport/clock.ts';
import { createCapabilities } from './capabilities.ts';
import { type Channel, createChannel } from './channel.ts';
import { toRegistry, toUrlHost } from './endpoint.ts';
import { createRegistryMemory } from './memory.ts';
import type { Network, NetworkOptions } from './network.ts';
import type { Warnings } from './warnings.ts';

export interface ChannelsOptions extends NetworkOptions {
  readonly access: 'read' | 'write';
  readonly runDirectory?: string;
  readonly clock: Clock;
}

/** One channel for each registry of the run, made on first use. */
export function createChannels(
  options: ChannelsOptions,
  network: Network,
  warnings: Warnings,
): (registry: string) => Channel {
  const channels = new Map<string, Channel>();
  const credentials = createFinder(options, network);
  return (registry) => {
    const known = channels.get(registry);
    if (known !== undefined) return known;
    network.note(registry);
    const { trustedRealms = [], readOnly = false } = options.settings(registry);
    const { clock, access } = options;
    const { transport, hostFiles } = network;
    const authenticator = createAuthenticator({ registry, transport, clock, credentials, trustedRealms, access });
    const channel = createChannel({
      registry,
      transport,
      access,
      readOnly,
      warnings,
      authenticator,
      firstContact: createFirstContact(),
      memory: createRegistryMemory(createCapabilities(registry)),
      findServer: () => network.findServer(registry),
      assertUnblocked: (path, purpose) => hostFiles.assertAllowed(registry, path, purpose),
    });
    channels.set(registry, channel);
    return channel;
  };
}

/** Credentials are those of the host really talked to: a server that stands for a registry does not get its. */
function createFinder(options: ChannelsOptions, network: Network): CredentialFinder {
  const finder = createCredentialFinder({ ...options, explicit: (registry) => options.settings(registry).auth });
  return {
    ...finder,
    find: async (registry, path) => {
      const server = await network.findServer(registry);
      const isItself = server === undefined || server.host === toUrlHost(registry);
      return finder.find(isItself ? registry : toRegistry(server.host), path);
    },
  };
}
