import type { Clock } from '../transport/clock.ts';
import type { RetryPolicy, Timeouts } from '../transport/policy.ts';
import type { RegistryClient } from './client.ts';
import type { RegistrySettings } from './settings.ts';

export interface RegistryClientOptions {
  /** The settings of a registry host; what holds for all hosts is already folded in. */
  readonly settings: (registry: string) => RegistrySettings;
  /** 'read' refuses everything but GET and HEAD before it is sent, and asks token servers for `pull` only. */
  readonly access: 'read' | 'write';
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  readonly clock: Clock;
  readonly userAgent: string;
  /** Requests in flight over all registries. */
  readonly parallelism?: number;
  readonly timeouts?: Partial<Timeouts>;
  readonly retry?: Partial<RetryPolicy>;
}

/** A client for all registries of one run. Nothing is sent before the first call; `close` it at the end. */
export function createRegistryClient(_options: RegistryClientOptions): RegistryClient {
  throw new Error('not built yet');
}
