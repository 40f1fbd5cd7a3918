import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPlayground } from '../../src/playground/server.ts';
import { makeCertificate } from '../support/certificates.ts';
import { LIFELINE, type ServerProcess, startServer } from '../support/server-process.ts';
import { makeTempDir } from '../support/temp-dir.ts';
import { TURNS_AWAY, warnsOf } from './details.ts';
import { findBuild } from './find-build.ts';
import type { InteropServer, Launched } from './server.ts';

const crane = findBuild('crane');
const olareg = findBuild('olareg');
const zot = findBuild('zot');

/** The embedded registry keeps to the same table as the others. */
export const PLAYGROUND_SERVERS: readonly InteropServer[] = [
  {
    title: 'plait playground',
    launch: async () => {
      const playground = await startPlayground();
      return { url: playground.url, stop: () => playground.close() };
    },
  },
];

export const CRANE_SERVERS: readonly InteropServer[] = [
  {
    ...crane.line('in memory'),
    limits: {
      mount: 'it keeps one set of blobs for all repositories, and opens an upload whenever it is asked to mount',
      multiTag: 'it ignores the tags in the query of a push, and confirms none',
    },
    launch: async () =>
      toLaunched(
        await startServer((port) => ({
          command: ['sh', '-c', LIFELINE, 'sh', crane.path(), 'registry', 'serve', '--address', `127.0.0.1:${port}`],
          announcement: 'serving on port',
        })),
      ),
  },
];

const OLAREG_LIMITS = { multiTag: 'version 0.1 ignores the tags in the query of a push, and confirms none' };

export const OLAREG_SERVERS: readonly InteropServer[] = [
  { ...olareg.line('plain'), limits: OLAREG_LIMITS, launch: () => launchOlareg([]) },
  {
    ...olareg.line('no list of referrers'),
    limits: OLAREG_LIMITS,
    launch: () => launchOlareg(['--api-referrer=false']),
  },
  {
    ...olareg.line('warnings'),
    limits: OLAREG_LIMITS,
    details: [warnsOf('this registry moves next week')],
    launch: () => launchOlareg(['--warning', 'this registry moves next week']),
  },
  {
    ...olareg.line('10 requests a second'),
    limits: OLAREG_LIMITS,
    details: [TURNS_AWAY],
    launch: async () => {
      let visitors = 0;
      // It counts by address, and believes what a proxy says: what the tests put there is not to wait.
      const addHeaders = () => {
        visitors += 1;
        return { 'x-forwarded-for': `visitor-${visitors}` };
      };
      return { ...(await launchOlareg(['--rate-limit', '10'])), key: { addHeaders } };
    },
  },
  {
    ...olareg.line('TLS'),
    limits: OLAREG_LIMITS,
    launch: async () => {
      const tls = makeCertificate();
      const [cert, key] = [place('server.crt', tls.certificate), place('server.key', tls.key)];
      const { url, stop } = await launchOlareg(['--tls-cert', cert, '--tls-key', key]);
      return { url: url.replace('http:', 'https:'), stop, tls, access: { settings: { ca: cert } } };
    },
  },
];

async function launchOlareg(flags: readonly string[]): Promise<Launched> {
  const args = ['serve', '--addr', '127.0.0.1', '--store-type', 'mem', '--verbosity', 'info', '--api-delete', ...flags];
  return toLaunched(
    await startServer((port) => ({
      command: ['sh', '-c', LIFELINE, 'sh', olareg.path(), ...args, '--port', String(port)],
      announcement: 'launching server',
    })),
  );
}

const DOCKER_TYPES = { compat: ['docker2s2'] };

export const ZOT_SERVERS: readonly InteropServer[] = [
  {
    ...zot.line('OCI types only'),
    limits: { dockerTypes: 'it takes them only where compat says docker2s2' },
    launch: () => launchZot({}),
  },
  { ...zot.line('Docker types too'), launch: () => launchZot(DOCKER_TYPES) },
  {
    ...zot.line('20 requests a second'),
    details: [TURNS_AWAY],
    launch: async () => ({
      ...(await launchZot({ ...DOCKER_TYPES, ratelimit: { rate: 20 } })),
      // One limit for all: the tests stay well below it.
      key: { addHeaders: () => sleep(100, {}) },
    }),
  },
];

async function launchZot(http: object): Promise<Launched> {
  return toLaunched(
    await startServer((port, folder) => {
      const config = join(folder, 'config.json');
      const content = {
        distSpecVersion: '1.1.1',
        storage: { rootDirectory: join(folder, 'content') },
        http: { address: '127.0.0.1', port: String(port), ...http },
        log: { level: 'info' },
      };
      writeFileSync(config, JSON.stringify(content));
      return { command: ['sh', '-c', LIFELINE, 'sh', zot.path(), 'serve', config], announcement: 'port' };
    }),
  );
}

function toLaunched({ host, stop }: Pick<ServerProcess, 'host'> & { stop: () => Promise<void> }): Launched {
  return { url: `http://${host}`, stop };
}

function place(name: string, text: string): string {
  const path = join(makeTempDir(), name);
  writeFileSync(path, text);
  return path;
}
