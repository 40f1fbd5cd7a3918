import { DISTRIBUTION_3_SERVERS, DISTRIBUTION_SERVERS } from './distribution-servers.ts';
import { CRANE_SERVERS, OLAREG_SERVERS, PLAYGROUND_SERVERS, ZOT_SERVERS } from './other-servers.ts';
import type { InteropServer } from './server.ts';

/** Every registry that Plait is tested with, in every set-up that makes a difference. */
export const INTEROP_SERVERS: readonly InteropServer[] = [
  ...PLAYGROUND_SERVERS,
  ...DISTRIBUTION_SERVERS,
  ...DISTRIBUTION_3_SERVERS,
  ...ZOT_SERVERS,
  ...OLAREG_SERVERS,
  ...CRANE_SERVERS,
];
