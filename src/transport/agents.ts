import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import type { Agent } from 'undici';
import { PlaitError } from '../errors/plait-error.ts';
import type { Zone } from './address-zone.ts';
import { createCheckingLookup, findRefusal, recordZone } from './checking-lookup.ts';
import type { HostProfile } from './host-profile.ts';
import type { Timeouts } from './policy.ts';

const KEEP_ALIVE_MS = 30_000;

/** Who may be connected to: anyone, or only what a server in `zone` may send us to. */
export type Reach = 'any' | { readonly zone: Zone | undefined };

/** The connections of a run: one undici agent for each way of trusting and reaching hosts. */
export interface Agents {
  get(origin: string, reach: Reach): Promise<Agent>;
  /** Where the servers of `origin` really are, as seen on connections made; undefined before the first. */
  findZone(origin: string): Zone | undefined;
  close(): Promise<void>;
}

export interface AgentsOptions {
  readonly profile: (host: string) => HostProfile;
  readonly timeouts: Timeouts;
}

export function createAgents(options: AgentsOptions): Agents {
  const agents = new Map<string, Promise<Agent>>();
  const zones = new Map<string, Zone>();
  return {
    get: (origin, reach) => {
      const profile = options.profile(new URL(origin).host);
      const key = JSON.stringify([profile.ca, profile.insecureSkipVerify === true, reach]);
      const known = agents.get(key);
      if (known !== undefined) return known;
      const agent = createAgent(profile, { reach, zones, connectMs: options.timeouts.connectMs });
      agents.set(key, agent);
      return agent;
    },
    findZone: (origin) => zones.get(origin),
    close: async () => {
      for (const made of await Promise.allSettled(agents.values())) {
        if (made.status === 'fulfilled') await made.value.destroy();
      }
    },
  };
}

interface ConnectOptions {
  readonly reach: Reach;
  readonly zones: Map<string, Zone>;
  readonly connectMs: number;
}

/** Undici takes a while to load, so it is loaded only when something is sent. */
async function createAgent(profile: HostProfile, options: ConnectOptions): Promise<Agent> {
  const { Agent, buildConnector } = await import('undici');
  const authorities = profile.ca === undefined ? {} : { ca: [...rootCertificates, await readAuthorities(profile.ca)] };
  const connect = buildConnector({
    ...authorities,
    rejectUnauthorized: profile.insecureSkipVerify !== true,
    timeout: options.connectMs,
    autoSelectFamily: true,
    ...(options.reach === 'any' ? {} : { lookup: createCheckingLookup(options.reach.zone) }),
  });
  return new Agent({
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: (target, done) => {
      if (options.reach !== 'any') {
        const refused = findRefusal(target.hostname, options.reach.zone);
        if (refused !== undefined) {
          done(refused, null);
          return;
        }
      }
      connect(target, (...result) => {
        recordZone(options.zones, `${target.protocol}//${target.host ?? target.hostname}`, result[1]);
        done(...result);
      });
    },
  });
}

async function readAuthorities(path: string): Promise<string> {
  try {
    const pem = await readFile(path, 'utf8');
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  } catch (cause) {
    throw new PlaitError('REGISTRY_TLS', `could not read the authorities in ${path}`, { hint: 'check `ca`', cause });
  }
  throw new PlaitError('REGISTRY_TLS', `${path} holds no certificate`, { hint: '`ca` names a PEM file' });
}
