import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Repository } from '../../src/oci/repository.ts';
import type { RegistryClient } from '../../src/registry/client.ts';
import type { RegistryClientOptions } from '../../src/registry/create-client.ts';
import type { RegistrySettings } from '../../src/registry/settings.ts';
import { AMD64, NO_DIGEST, openClient } from '../support/client-bench.ts';
import {
  type FaultHandler,
  type FaultServer,
  type FaultServerOptions,
  startFaultServer,
} from '../support/fault-server.ts';
import { makeTempDir } from '../support/temp-dir.ts';
import { BASIC, SECRET } from './fault-bench.ts';

/** The value of a header that the user's docker config adds. */
export const HEADER = 'canary-company-header';
/** What token servers give out starts with this. */
export const TOKEN = 'canary-token';

const FORMS = [SECRET, encodeURIComponent(SECRET), BASIC.slice('Basic '.length), HEADER, TOKEN];

/** Every trap of the run, and how many requests were made to them. */
export const TRAPS = { servers: 0, requests: 0, credentials: 0 };

/** A server that no credential may reach. */
export async function startTrap(handler: FaultHandler, options: FaultServerOptions = {}): Promise<FaultServer> {
  TRAPS.servers += 1;
  return startFaultServer(handler, options);
}

/** Everything a trap was sent must be harmless. Returns how many requests that were. */
export function expectHarmless(trap: Pick<FaultServer, 'seen'>): number {
  const leaks = trap.seen.flatMap(({ method, path, headers, body }) => {
    const text = `${method} ${path} ${JSON.stringify(headers)} ${body.toString('latin1')}`;
    const names = Object.keys(headers).filter((name) =>
      /^(?:authorization|cookie|proxy-authorization|x-company)$/.test(name),
    );
    return [...names, ...findSecrets(text)];
  });
  TRAPS.requests += trap.seen.length;
  TRAPS.credentials += leaks.length;
  expect(leaks).toEqual([]);
  return trap.seen.length;
}

/** The forms in which a secret stands in `text`. */
export function findSecrets(text: string): readonly string[] {
  return FORMS.filter((form) => text.includes(form));
}

export interface HomeOptions {
  /** As in a docker config. */
  readonly entry?: object;
}

/** The home of a user who is logged in at `registry`, and whose company adds a header to every request. */
export function makeHome(
  registry: string,
  { entry = { auth: BASIC.slice('Basic '.length) } }: HomeOptions = {},
): string {
  const home = makeTempDir();
  const config = { auths: { [registry]: entry }, HttpHeaders: { 'X-Company': HEADER, Cookie: SECRET } };
  mkdirSync(join(home, '.docker'));
  writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify(config));
  return home;
}

/** A client of such a user. */
export function openLoggedIn(
  registry: string,
  {
    entry,
    settings = {},
    ...options
  }: HomeOptions & { readonly settings?: RegistrySettings } & Omit<Partial<RegistryClientOptions>, 'settings'> = {},
): RegistryClient {
  return openClient({
    homeDirectory: makeHome(registry, entry === undefined ? {} : { entry }),
    settings: () => ({ plainHttp: true, ...settings }),
    retry: { attempts: 1 },
    ...options,
  });
}

/** Lets the client do everything it can in a repository. Returns what it said to that: errors, for the most part. */
export async function tryEverything(client: RegistryClient, repository: Repository): Promise<readonly unknown[]> {
  const descriptor = { mediaType: 'a/b', digest: NO_DIGEST, size: 1 };
  const elsewhere = { ...repository, path: 'c/d' };
  const operations = [
    () => client.headManifest(repository, 'x'),
    () => client.getManifest(repository, 'x'),
    () => client.putManifest(repository, 'x', AMD64.manifest),
    () => client.putManifestTags(repository, AMD64.manifest, ['x', 'y']),
    () => client.hasBlob(repository, NO_DIGEST),
    () => client.readBlob(repository, descriptor, { maxBytes: 10 }),
    () => client.copyBlob({ from: elsewhere, to: repository, descriptor }),
    () => client.listTags(repository),
    () => client.deleteTag(repository, 'x'),
  ];
  const said: unknown[] = [];
  for (const operation of operations) said.push(await operation().catch((error: unknown) => error));
  return said;
}
