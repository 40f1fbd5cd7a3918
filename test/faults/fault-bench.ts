import { networkInterfaces } from 'node:os';
import { parseRepository } from '../../src/oci/repository.ts';
import type { RegistryClient } from '../../src/registry/client.ts';
import type { RegistryClientOptions } from '../../src/registry/create-client.ts';
import { type AuthServers, type AuthServersOptions, startAuthServers } from '../support/auth-servers.ts';
import { AMD64, describeManifest, INDEX, openClient } from '../support/client-bench.ts';
import type { FaultAnswer, FaultServer } from '../support/fault-server.ts';

/** What the user is called, and a secret that must show up nowhere but where it belongs. */
export const USER = 'weaver';
export const SECRET = 'canary-warp:weft/x+y';
export const BASIC = `Basic ${Buffer.from(`${USER}:${SECRET}`).toString('base64')}`;

/** The answer of a registry that has the sample index, and of one that has another manifest. */
export const LIVE: FaultAnswer = { headers: describeManifest(INDEX.manifest), body: INDEX.manifest.bytes };
export const OTHER: FaultAnswer = { headers: describeManifest(AMD64.manifest), body: AMD64.manifest.bytes };
export const CREATED: FaultAnswer = { status: 201, headers: { 'docker-content-digest': INDEX.manifest.digest } };

/** Six tries without waiting. */
export const PATIENT = { retry: { attempts: 6, baseDelayMs: 1, maxDelayMs: 2 } } as const;

/** A client that has the credentials for every registry. */
export function withCredentials(more: Partial<RegistryClientOptions> = {}): Partial<RegistryClientOptions> {
  const auth = { kind: 'env', usernameEnv: 'REG_USER', passwordEnv: 'REG_PASSWORD' } as const;
  return {
    settings: () => ({ plainHttp: true, auth }),
    environment: { REG_USER: USER, REG_PASSWORD: SECRET },
    ...PATIENT,
    ...more,
  };
}

/** A registry that wants tokens, its token server, and a client. */
export interface AuthBench extends AuthServers {
  readonly client: RegistryClient;
  /** Reads the digest of one tag. */
  readonly read: (path?: string) => Promise<unknown>;
}

export async function startAuthBench(
  servers: AuthServersOptions = {},
  client: Partial<RegistryClientOptions> = PATIENT,
): Promise<AuthBench> {
  const { registry, tokens } = await startAuthServers({ answer: () => LIVE, ...servers });
  const own = openClient(client);
  const read = (path = 'a/b'): Promise<unknown> => own.headManifest(parseRepository(`${registry.host}/${path}`), 'x');
  return { registry, tokens, client: own, read };
}

/** An IPv4 address of this machine that is not of the loopback interface; undefined when it has none. */
export function findOutsideAddress(): string | undefined {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
}

/** Every Authorization that a server was sent, and undefined for each request without. */
export function listAuthorizations(server: FaultServer): readonly (string | undefined)[] {
  return server.seen.map(({ headers }) => headers.authorization);
}

/** `METHOD path` of every request that a server was sent. */
export function listRequests(server: FaultServer): readonly string[] {
  return server.seen.map(({ method, path }) => `${method} ${path}`);
}

export function countMethod(server: FaultServer, method: string): number {
  return server.seen.filter((request) => request.method === method).length;
}
