import { connect } from 'node:tls';
import { isLoopback } from '../oci/repository.ts';
import type { Clock } from './clock.ts';
import { ANY_CERTIFICATE, type HandshakeAnswer, judgeHandshake } from './handshake.ts';
import { type HostFiles, NO_HOST_FILES } from './host-files.ts';
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
export function createSchemeFinder(
  profile: (host: string) => HostProfile,
  clock: Clock,
  hostFiles: HostFiles = NO_HOST_FILES,
): SchemeFinder {
  const known = new Map<string, Promise<Scheme>>();
  return {
    find: (host) => {
      const earlier = known.get(host);
      if (earlier !== undefined) return earlier;
      const scheme = findScheme(host, { profile: profile(host), hostFiles, clock });
      known.set(host, scheme);
      return scheme;
    },
  };
}

interface SchemeContext {
  readonly profile: HostProfile;
  readonly hostFiles: HostFiles;
  readonly clock: Clock;
}

async function findScheme(host: string, { profile, hostFiles, clock }: SchemeContext): Promise<Scheme> {
  if (profile.plainHttp !== undefined) return profile.plainHttp ? 'http:' : 'https:';
  const wantsTls =
    [profile.ca, profile.clientCert].some((path) => path !== undefined) || profile.insecureSkipVerify === true;
  if (wantsTls) return 'https:';
  const files = await hostFiles.find(host);
  if (files.authorities.length > 0 || files.client !== undefined) return 'https:';
  if (!isLoopback(host) && files.mayBePlain !== true) return 'https:';
  const found = await probe(new URL(`https://${host}`), clock);
  // Off this machine only a server that answers, and not in TLS, is spoken to in the clear; silence is no answer.
  return found === 'tls' || (found === 'silence' && !isLoopback(host)) ? 'https:' : 'http:';
}

async function probe(url: URL, clock: Clock): Promise<HandshakeAnswer> {
  const timer = new AbortController();
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const socket = connect({ host, port: Number(url.port || 443), ...ANY_CERTIFICATE });
  try {
    return await new Promise<HandshakeAnswer>((resolve) => {
      socket.once('secureConnect', () => resolve('tls'));
      socket.once('error', (error) => resolve(judgeHandshake(error)));
      socket.once('close', () => resolve('silence'));
      clock.sleep(PROBE_MS, timer.signal).then(
        () => resolve('silence'),
        () => resolve('silence'),
      );
    });
  } finally {
    timer.abort();
    socket.destroy();
  }
}
