import { describe, it } from 'vitest';
import { defineContract } from '../support/client-contract.ts';
import { makeHome, type Running, startInterop } from './server.ts';
import { INTEROP_SERVERS } from './table.ts';

/** Those that can be written to; the others have no part in a contract about writing. */
const SERVERS = INTEROP_SERVERS.filter(({ limits }) => limits?.write === undefined);

describe.for(SERVERS.map((server) => [server.title, server] as const))('%s', ([_title, server]) => {
  if (server.leftOut !== undefined) {
    it('keeps the contract of the client', (context) => context.skip(server.leftOut));
    return;
  }
  defineContract<Running & { readonly host: string; readonly url: string }>({
    start: async () => {
      const running = await startInterop(server);
      return { ...running, host: running.direct, url: running.back.url };
    },
    access: (servers) => ({
      settings: (registry) => servers.find(({ host }) => host === registry)?.access.settings ?? {},
      homeDirectory: makeHome(servers),
    }),
    limits: {
      ...(server.limits?.dockerTypes === undefined ? {} : { dockerTypes: server.limits.dockerTypes }),
      ...(server.limits?.mount === undefined ? {} : { sharedBlobs: server.limits.mount }),
    },
  });
});
