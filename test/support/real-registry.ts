import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, inject } from 'vitest';
import type { RegistryProgram } from './registry-program.ts';
import { makeTempDir } from './temp-dir.ts';

/** The user of a registry started with `auth: 'htpasswd'`; the hash is bcrypt, the only kind that distribution takes. */
export const TEST_USER = Object.freeze({
  username: 'weaver',
  password: 'warp-and-weft',
  hash: '$2y$05$rJJLtHSP/SqF9SvpLbR6QusK8b2sMuTcQzCdyKbeb8gT0xoQXFCwi',
});

export interface RegistryVariant {
  /** `htpasswd` lets only {@link TEST_USER} in; a token service is named by what the registry has to know of it. */
  readonly auth?: 'htpasswd' | TokenService;
  /** Serves https with this certificate and key, PEM. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Answers every write with 405. */
  readonly readOnly?: boolean;
  /** `Location` headers without scheme and host. */
  readonly relativeUrls?: boolean;
  /** Another base path, such as `/nested/`. */
  readonly prefix?: string;
}

export interface TokenService {
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  /** PEM of the certificate that signs the tokens. */
  readonly certificate: string;
}

export interface RealRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** With scheme, without a slash at the end. */
  readonly url: string;
  /** What distribution calls itself, such as `2.8.2+ds1`. */
  readonly version: string;
  /** All that it has logged so far, one access line a request among it. */
  log(): string;
  stop(): Promise<void>;
}

const START_MS = 20_000;
const PORT_TRIES = 3;

const { program: known } = inject('registrySearch');
const isLeftOut = known === undefined && !process.env.CI;

/**
 * `describe` for what needs a real registry. Left out only when none could be had, and then the run says so in its last
 * lines; with `CI` set it runs all the same, and fails.
 */
export const describeWithRegistry = describe.skipIf(isLeftOut);

/** As {@link describeWithRegistry}, for what only distribution 2.8 does; newer ones may well do better. */
export const describeWithDistribution28 = describe.skipIf(
  isLeftOut || (known !== undefined && !known.version.startsWith('2.8.')),
);

/** Starts a registry of its own for the caller: empty, in memory, deletes allowed, gone when the test process ends. */
export async function startRegistry(variant: RegistryVariant = {}): Promise<RealRegistry> {
  const { program, tried } = inject('registrySearch');
  if (program === undefined) throw new Error(`no real registry could be had:\n${tried.join('\n')}`);
  for (let attempt = 1; ; attempt += 1) {
    const server = launch(program, variant, await findFreePort());
    const problem = await waitUntilReady(server);
    if (problem === undefined) return server.registry;
    await server.registry.stop();
    // Between finding the port and listening on it somebody else may have taken it.
    if (attempt === PORT_TRIES || !problem.includes('address already in use')) throw new Error(problem);
  }
}

interface Server {
  readonly registry: RealRegistry;
  readonly child: ChildProcess;
}

function launch(program: RegistryProgram, variant: RegistryVariant, port: number): Server {
  const folder = makeTempDir();
  const address = program.kind === 'container' ? `0.0.0.0:${port}` : `127.0.0.1:${port}`;
  writeFileSync(join(folder, 'config.json'), JSON.stringify(toConfig(variant, address, folder)));
  const [file, ...args] = toCommand(program, folder, port);
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const log: string[] = [];
  child.stdout.on('data', (chunk) => log.push(String(chunk)));
  child.stderr.on('data', (chunk) => log.push(String(chunk)));
  child.on('error', (error) => log.push(String(error)));
  child.stdin.on('error', () => undefined); // it is gone already: that is what closing the pipe is for
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const hangUp = (): void => void child.stdin.end();
  const stop = (): Promise<void> => {
    hangUp();
    return exited;
  };
  // The main process of the run is gone: this worker may go on for a while, its registries need not.
  process.once('disconnect', hangUp);
  child.once('close', () => process.off('disconnect', hangUp));
  const host = `127.0.0.1:${port}`;
  const url = `${variant.tls === undefined ? 'http' : 'https'}://${host}`;
  return { registry: { host, url, version: program.version, log: () => log.join(''), stop }, child };
}

/**
 * Runs "$@" until it ends or standard input is closed, which the kernel does for us however the test process dies. So
 * no registry outlives its test, not even after SIGKILL. Inside a container too: the engine closes its input.
 */
const LIFELINE = 'exec 3<&0; "$@" & pid=$!; (cat <&3; kill -9 $pid) >/dev/null 2>&1 & cat=$!; wait $pid; kill $cat';

function toCommand(program: RegistryProgram, folder: string, port: number): [string, ...string[]] {
  const config = join(folder, 'config.json');
  if (program.kind === 'binary') return ['sh', '-c', LIFELINE, 'sh', program.path, 'serve', config];
  const published = ['--publish', `127.0.0.1:${port}:${port}`, '--volume', `${folder}:${folder}:ro,z`];
  const container = ['run', '--rm', '--interactive', ...published, '--entrypoint', 'sh', program.image];
  return [program.engine, ...container, '-c', LIFELINE, 'sh', 'registry', 'serve', config];
}

/** JSON, which is YAML too. */
function toConfig(variant: RegistryVariant, address: string, folder: string): object {
  const maintenance = variant.readOnly === true ? { maintenance: { readonly: { enabled: true } } } : {};
  const place = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const tls = variant.tls && {
    tls: { certificate: place('server.crt', variant.tls.certificate), key: place('server.key', variant.tls.key) },
  };
  return {
    version: 0.1,
    log: { level: 'info' },
    storage: { inmemory: {}, delete: { enabled: true }, ...maintenance },
    http: {
      addr: address,
      secret: 'only for tests',
      relativeurls: variant.relativeUrls === true,
      ...(variant.prefix === undefined ? {} : { prefix: variant.prefix }),
      ...tls,
    },
    ...(variant.auth === undefined ? {} : { auth: toAuth(variant.auth, place) }),
  };
}

function toAuth(auth: 'htpasswd' | TokenService, place: (name: string, text: string) => string): object {
  if (auth === 'htpasswd') {
    return { htpasswd: { realm: 'test', path: place('htpasswd', `${TEST_USER.username}:${TEST_USER.hash}\n`) } };
  }
  const { realm, service, issuer, certificate } = auth;
  return { token: { realm, service, issuer, rootcertbundle: place('token.crt', certificate) } };
}

/** Ready once it says so: an answer on the port alone could come from somebody else. Returns what went wrong, if so. */
async function waitUntilReady({ child, registry }: Server): Promise<string | undefined> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    if (registry.log().includes('listening on')) return undefined;
    if (child.exitCode !== null || child.pid === undefined) return `the registry ended at once: ${registry.log()}`;
    await sleep(20);
  }
  return `the registry did not start within ${START_MS} ms: ${registry.log()}`;
}

/** Distribution does not tell which port it got for port 0. */
async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
