import { type AdaptiveLimit, createAdaptiveLimit } from './adaptive-limit.ts';
import type { Clock } from './clock.ts';
import { createHostGate, type HostGate } from './host-gate.ts';
import type { HostProfile } from './host-profile.ts';
import type { Lane } from './message.ts';

const METADATA_LIMIT = 16;
const BLOB_LIMIT = 4;
/** Every repository may want a token of its own: a token for each four requests at one time, but two at least. */
const TOKEN_LIMIT = 2;
const REQUESTS_PER_TOKEN = 4;

/** The queues of one host and the gates before them. */
export interface HostTraffic {
  /** What every request passes. */
  readonly gate: HostGate;
  /** What requests that the host counts as pulls pass besides. */
  readonly pullGate: HostGate;
  readonly lanes: Readonly<Record<Lane, AdaptiveLimit>>;
}

/**
 * How many requests of each kind a host gets at one time, at most. `parallelism` is what the user wants for the whole run: it
 * takes the place of the usual number for hosts of which nothing is known or said.
 */
export function computeLimits(
  { concurrency }: HostProfile,
  parallelism: number = METADATA_LIMIT,
): Readonly<Record<Lane, number>> {
  const metadata = concurrency ?? parallelism;
  const blob = Math.min(BLOB_LIMIT, metadata);
  return {
    metadata,
    download: blob,
    upload: blob,
    token: Math.max(TOKEN_LIMIT, Math.floor(metadata / REQUESTS_PER_TOKEN)),
  };
}

export interface TrafficOptions {
  readonly profile: (host: string) => HostProfile;
  readonly clock: Clock;
  /** Requests in flight over all hosts, when the user sets a number. */
  readonly parallelism: number | undefined;
}

/** The traffic of every origin of a run, made on first use. */
export function createTraffic({ profile, clock, parallelism }: TrafficOptions): (url: URL) => HostTraffic {
  const known = new Map<string, HostTraffic>();
  return (url) => {
    const earlier = known.get(url.origin);
    if (earlier !== undefined) return earlier;
    const limits = computeLimits(profile(url.host), parallelism);
    const traffic: HostTraffic = {
      gate: createHostGate(url.host, clock),
      pullGate: createHostGate(url.host, clock, 'pulls'),
      lanes: {
        metadata: createAdaptiveLimit(limits.metadata),
        download: createAdaptiveLimit(limits.download),
        upload: createAdaptiveLimit(limits.upload),
        token: createAdaptiveLimit(limits.token),
      },
    };
    known.set(url.origin, traffic);
    return traffic;
  };
}
