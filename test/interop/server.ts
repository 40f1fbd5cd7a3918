import { mkdirSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import type { RegistrySettings } from '../../src/registry/settings.ts';
import { type Door, type DoorOptions, openDoor } from '../support/door.ts';
import { makeTempDir } from '../support/temp-dir.ts';
import type { Detail } from './scenarios.ts';

/** Something that registries may be unable to do. */
export type Limit = 'read' | 'write' | 'mount' | 'multiTag' | 'dockerTypes';

/** One line of the table: a registry in one set-up. */
export interface InteropServer {
  /** With the version, such as `distribution 2.8.2, htpasswd`. */
  readonly title: string;
  /** Why it cannot be tested here. */
  readonly leftOut?: string;
  /** What it cannot do, each with the reason. What Plait then does is tested instead. */
  readonly limits?: Readonly<Partial<Record<Limit, string>>>;
  /** What is to be seen on this one only. */
  readonly details?: readonly Detail[];
  readonly launch: () => Promise<Launched>;
}

/** A server that has been started. */
export interface Launched {
  /** Of the server itself. */
  readonly url: string;
  /** What Plait is told to get in. */
  readonly access?: Access;
  /** How the tests get in, to put content there that Plait finds. */
  readonly key?: MasterKey;
  /** URL of another server that this one has all its content from, so that the tests put it there. */
  readonly contentUrl?: string;
  /** The server speaks https with this; `clientAuthority` when it wants certificates of its clients. */
  readonly tls?: NonNullable<DoorOptions['tls']>;
  stop(): Promise<void>;
}

export interface Access {
  readonly settings?: RegistrySettings;
  /** Goes into the Docker config. */
  readonly user?: { readonly username: string; readonly password: string };
}

/** A certificate to show, headers to add. */
export interface MasterKey {
  readonly certificate?: { readonly cert: string; readonly key: string };
  readonly addHeaders?: (path: string) => Promise<IncomingHttpHeaders> | IncomingHttpHeaders;
}

/** A server with its two doors. */
export interface Running {
  /** The server itself, without a door. */
  readonly direct: string;
  /** The counting door, through which Plait goes. */
  readonly front: Door;
  /** Plain http, open to everybody, for the tests. */
  readonly back: Door;
  readonly access: Access;
  stop(): Promise<void>;
}

/** Starts a server of the table and opens its doors. */
export async function startInterop({ launch }: InteropServer): Promise<Running> {
  const { url, access = {}, key, contentUrl, tls, stop } = await launch();
  const trust = tls === undefined ? {} : { trust: { ca: tls.certificate, ...key?.certificate } };
  const front = await openDoor({ to: () => url, ...trust, ...(tls === undefined ? {} : { tls }) });
  const back = await openDoor({
    to: () => contentUrl ?? url,
    ...(contentUrl === undefined ? trust : {}),
    addHeaders: ({ url: path = '' }) => key?.addHeaders?.(path) ?? {},
  });
  return {
    direct: new URL(url).host,
    front,
    back,
    access,
    stop: async () => {
      await Promise.all([front.close(), back.close()]);
      await stop();
    },
  };
}

/** A home folder whose Docker config has the user of each server, under the hosts by which Plait may reach it. */
export function makeHome(servers: readonly Pick<Running, 'access' | 'direct' | 'front'>[]): string {
  const home = makeTempDir();
  const auths = servers.flatMap(({ access: { user }, direct, front }) => {
    if (user === undefined) return [];
    const auth = Buffer.from(`${user.username}:${user.password}`).toString('base64');
    return [direct, front.host].map((host) => [host, { auth }] as const);
  });
  mkdirSync(join(home, '.docker'));
  writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify({ auths: Object.fromEntries(auths) }));
  return home;
}
