import type { Agent, buildConnector } from 'undici';
import type { Zone } from './address-zone.ts';
import { createCheckingLookup, findRefusal, recordZone } from './checking-lookup.ts';
import { ANY_CERTIFICATE, judgeHandshake } from './handshake.ts';
import type { Timeouts } from './policy.ts';
import type { ProxyFinder } from './proxy.ts';
import { type Trust, toTlsOptions } from './trust.ts';

const KEEP_ALIVE_MS = 30_000;
/** A server that speaks TLS begins to do so at once. */
const HANDSHAKE_MS = 2_000;

/** Who may be connected to: anyone, or only what a server in `zone` may send us to. */
export type Reach = 'any' | { readonly zone: Zone | undefined };

/** The connections of a run: one undici agent for each way of trusting and reaching hosts. */
export interface Agents {
  /** Throws what is wrong with the settings of the host, or with those of the proxy that leads there. */
  get(origin: string, reach: Reach): Promise<Agent>;
  /** Where the servers of `origin` really are, as seen on direct connections made; undefined before the first. */
  findZone(origin: string): Zone | undefined;
  /**
   * True when a server that was spoken to in plain http turns out to speak TLS: it is asked once, with a handshake and no
   * request. False for all that is not reached directly and freely.
   */
  speaksTls(origin: string, reach: Reach): Promise<boolean>;
  close(): Promise<void>;
}

export interface AgentsOptions {
  readonly trust: (host: string) => Promise<Trust>;
  readonly proxy: ProxyFinder;
  readonly userAgent: string;
  readonly timeouts: Timeouts;
}

/** What two origins must have in common to share an agent. */
interface Way {
  readonly trust: Trust;
  readonly reach: Reach;
  readonly proxy: URL | undefined;
}

const PLAIN: Trust = { acceptsAny: false, sources: [] };

export function createAgents(options: AgentsOptions): Agents {
  const byOrigin = new Map<string, Promise<Agent>>();
  const byWay = new Map<string, Promise<Agent>>();
  const zones = new Map<string, Zone>();
  const secure = new Map<string, Promise<boolean>>();
  const find = async (url: URL, reach: Reach): Promise<Agent> => {
    const trust = url.protocol === 'https:' ? await options.trust(url.host) : PLAIN;
    const way = { trust, reach, proxy: options.proxy(url) };
    const key = JSON.stringify([{ ...trust, sources: [] }, reach, way.proxy?.href]);
    const agent = byWay.get(key) ?? createAgent(way, options, zones);
    byWay.set(key, agent);
    return agent;
  };
  return {
    get: (origin, reach) => {
      const key = `${origin} ${JSON.stringify(reach)}`;
      const agent = byOrigin.get(key) ?? find(new URL(origin), reach);
      byOrigin.set(key, agent);
      return agent;
    },
    findZone: (origin) => zones.get(origin),
    speaksTls: async (origin, reach) => {
      if (reach !== 'any' || options.proxy(new URL(origin)) !== undefined) return false;
      const answer = secure.get(origin) ?? askForTls(new URL(origin), options.timeouts);
      secure.set(origin, answer);
      return answer;
    },
    close: async () => {
      await Promise.allSettled(byOrigin.values());
      for (const made of await Promise.allSettled(byWay.values())) {
        if (made.status === 'fulfilled') await made.value.destroy();
      }
    },
  };
}

/** Undici takes a while to load, so it is loaded only when something is sent. */
async function createAgent(way: Way, options: AgentsOptions, zones: Map<string, Zone>): Promise<Agent> {
  const { Agent, buildConnector } = await import('undici');
  const { reach, proxy } = way;
  const connect = buildConnector({
    ...(way.trust === PLAIN ? {} : toTlsOptions(way.trust)),
    timeout: options.timeouts.connectMs,
    autoSelectFamily: true,
    // Said, because what undici does unless told has changed between its versions.
    allowH2: false,
    ...(reach === 'any' ? {} : { lookup: createCheckingLookup(reach.zone) }),
  });
  const connectBy = proxy === undefined ? recording(connect, zones) : await tunnelling(connect, proxy, options);
  return new Agent({
    allowH2: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: (target, done) => {
      const refused = reach === 'any' ? undefined : findRefusal(target.hostname, reach.zone);
      if (refused === undefined) connectBy(target, done);
      else done(refused, null);
    },
  });
}

async function askForTls({ hostname, host, port }: URL, { connectMs }: Timeouts): Promise<boolean> {
  const { buildConnector } = await import('undici');
  const connect = buildConnector({ ...ANY_CERTIFICATE, timeout: Math.min(connectMs, HANDSHAKE_MS) });
  return await new Promise((resolve) => {
    connect({ hostname, host, protocol: 'https:', port: port || '80' }, (error, socket) => {
      socket?.destroy();
      resolve(error === null || judgeHandshake(error) === 'tls');
    });
  });
}

type Connector = buildConnector.connector;

function recording(connect: Connector, zones: Map<string, Zone>): Connector {
  return (target, done) =>
    connect(target, (...result) => {
      recordZone(zones, `${target.protocol}//${target.host ?? target.hostname}`, result[1]);
      done(...result);
    });
}

/**
 * Connects through a proxy, with TLS to the host itself inside. The name is looked up by the proxy: what it means, and so
 * where the host is, cannot be seen from here.
 */
async function tunnelling(connect: Connector, proxy: URL, options: AgentsOptions): Promise<Connector> {
  const { openTunnel } = await import('./tunnel.ts');
  const tls = proxy.protocol === 'https:' ? toTlsOptions(await options.trust(proxy.host)) : undefined;
  const { userAgent, timeouts } = options;
  return (target, done) => {
    const port = target.port === '' ? (target.protocol === 'https:' ? '443' : '80') : target.port;
    const tunnel = { proxy, tls, target: `${target.hostname}:${port}`, userAgent, timeoutMs: timeouts.connectMs };
    openTunnel(tunnel, (error, socket) => {
      if (socket === null) done(error ?? new Error('no connection'), null);
      else if (target.protocol === 'https:') connect({ ...target, httpSocket: socket }, done);
      else done(null, socket);
    });
  };
}
