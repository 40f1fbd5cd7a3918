import type { LoadedConfig } from '../config/load.ts';
import { settingsFor } from '../config/registries.ts';
import type { RegistryClient } from '../registry/client.ts';
import { createRegistryClient } from '../registry/create-client.ts';
import { renderWarnings } from '../report/text-warnings.ts';
import type { CliContext } from './context.ts';
import { chooseStyle } from './display.ts';
import { tell, watchRequests } from './log.ts';
import type { ConnectionOptions } from './options.ts';
import { VERSION } from './version.ts';

export interface ConnectOptions {
  readonly access: 'read' | 'write';
  readonly settings: LoadedConfig['settings'];
  readonly flags: ConnectionOptions;
}

/** Gives `use` a registry client. However `use` ends, tells what registries warned of, and closes the client. */
export async function withClient<T>(
  context: CliContext,
  options: ConnectOptions,
  use: (client: RegistryClient) => Promise<T>,
): Promise<T> {
  const { flags, settings, access } = options;
  const client = createRegistryClient({
    settings: (registry) => ({
      ...settingsFor(settings, registry),
      ...(flags.plainHttp.includes(registry) ? { plainHttp: true } : {}),
      ...(flags.insecureSkipVerify.includes(registry) ? { insecureSkipVerify: true } : {}),
    }),
    access,
    environment: context.environment,
    homeDirectory: context.homeDirectory,
    systemDirectory: context.environment.PLAIT_ETC || '/etc',
    ...(context.userId === undefined ? {} : { runDirectory: `/run/containers/${context.userId}` }),
    clock: context.clock,
    onRequest: watchRequests(context),
    userAgent: `plait/${VERSION}`,
    ...(flags.parallelism === undefined ? {} : { parallelism: flags.parallelism }),
  });
  try {
    return await use(client);
  } finally {
    context.record?.({ requests: client.requestCounts() });
    tell(context, 'warn', renderWarnings(client.warnings(), chooseStyle(context, context.stderr, 'auto')));
    await client.close();
  }
}
