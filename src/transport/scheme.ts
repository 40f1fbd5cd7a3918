import { connect } from 'node:tls';
import { isLoopback } from '../oci/repository.ts';
import type { Clock } from './clock.ts';
import type { HostProfile } from './host-profile.ts';

export type Scheme = 'https:' | 'http:';

/** Tells for each host whether to speak https or http; asks a host at most once a run. */
export interface SchemeFinder {
  find(host: string): Promise<Scheme>;
}

const PROBE_MS = 2_000;

/**
 * Http is for hosts set to `plainHttp`, and for servers on this machine that do not speak TLS; no other host is ever
 * spoken to in the clear. A loopback host is asked with a TLS handshake, which sends no request.
 */
export function createSchemeFinder(profile: (host: string) => HostProfile, clock: Clock): SchemeFinder {
  const known = new Map<string, Promise<Scheme>>();
  return {
    find: (host) => {
      const earlier = known.get(host);
      if (earlier !== undefined) return earlier;
      const scheme = findScheme(host, profile(host), clock);
      known.set(host, scheme);
      return scheme;
    },
  };
}

async function findScheme(host: string, profile: HostProfile, clock: Clock): Promise<Scheme> {
  if (profile.plainHttp !== undefined) return profile.plainHttp ? 'http:' : 'https:';
  const wantsTls = profile.ca !== undefined || profile.insecureSkipVerify === true;
  if (wantsTls || !isLoopback(host)) return 'https:';
  return (await speaksTls(new URL(`https://${host}`), clock)) ? 'https:' : 'http:';
}

async function speaksTls(url: URL, clock: Clock): Promise<boolean> {
  const timer = new AbortController();
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const socket = connect({ host, port: Number(url.port || 443), rejectUnauthorized: false });
  try {
    return await new Promise<boolean>((resolve) => {
      socket.once('secureConnect', () => resolve(true));
      socket.once('error', (error) => resolve(isRefusedByTls(error)));
      socket.once('close', () => resolve(false));
      clock.sleep(PROBE_MS, timer.signal).then(
        () => resolve(false),
        () => resolve(false),
      );
    });
  } finally {
    timer.abort();
    socket.destroy();
  }
}

/** A server that answers with a TLS alert speaks TLS, though not with us: the real request then says why. */
function isRefusedByTls(error: NodeJS.ErrnoException): boolean {
  return /ALERT|UNSUPPORTED_PROTOCOL|HANDSHAKE_FAILURE/i.test(`${error.code} ${error.message}`);
}
