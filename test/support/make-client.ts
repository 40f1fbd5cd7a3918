import { setTimeout as delay } from 'node:timers/promises';
import type { RegistryClient } from '../../src/registry/client.ts';
import { createRegistryClient, type RegistryClientOptions } from '../../src/registry/create-client.ts';
import type { Clock } from '../../src/transport/clock.ts';
import { makeTempDir } from './temp-dir.ts';

/** Real time and real chance, for tests that talk to real servers. */
export const REAL_CLOCK: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
  random: () => Math.random(),
};

/** A client with nothing of the user's around it, that gives up soon. Without settings it speaks plain http. */
export function makeClient(options: Partial<RegistryClientOptions> = {}): RegistryClient {
  return createRegistryClient({
    settings: () => ({ plainHttp: true }),
    access: 'write',
    environment: {},
    homeDirectory: makeTempDir(),
    systemDirectory: makeTempDir(),
    clock: REAL_CLOCK,
    userAgent: 'plait-test',
    retry: { attempts: 2, baseDelayMs: 10 },
    ...options,
  });
}
