import { type ChildProcess, spawn } from 'node:child_process';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeTempDir } from './temp-dir.ts';

/** How to start one server that is a program. */
export interface ServerCommand {
  readonly command: readonly [file: string, ...args: string[]];
  /** On top of the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it prints, at the latest, before it listens: an answer on the port alone could come from somebody else. */
  readonly announcement: string;
}

export interface ServerProcess {
  readonly port: number;
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** All that it has printed so far. */
  log(): string;
  stop(): Promise<void>;
}

const START_MS = 20_000;
const CONNECT_MS = 5000;
const PORT_TRIES = 3;

/**
 * Runs "$@" until it ends or standard input is closed, which the kernel does for us however the test process dies. So
 * no server outlives its test, not even after SIGKILL. Inside a container too: the engine closes its input.
 */
export const LIFELINE =
  'exec 3<&0; "$@" & pid=$!; (cat <&3; kill -9 $pid) >/dev/null 2>&1 & cat=$!; wait $pid; kill $cat';

/** Starts a server on a free port; `prepare` gets that port and an empty folder, and says what to run. */
export async function startServer(prepare: (port: number, folder: string) => ServerCommand): Promise<ServerProcess> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort();
    const command = prepare(port, makeTempDir());
    const { child, server } = launch(command, port);
    const problem = await waitUntilReady(child, server, command.announcement);
    if (problem === undefined) return server;
    await server.stop();
    // Between finding the port and listening on it somebody else may have taken it.
    if (attempt === PORT_TRIES || !problem.includes('address already in use')) throw new Error(problem);
  }
}

function launch(
  { command: [file, ...args], env }: ServerCommand,
  port: number,
): { readonly child: ChildProcess; readonly server: ServerProcess } {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
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
  // The main process of the run is gone: this worker may go on for a while, its servers need not.
  process.once('disconnect', hangUp);
  child.once('close', () => process.off('disconnect', hangUp));
  return { child, server: { port, host: `127.0.0.1:${port}`, log: () => log.join(''), stop } };
}

/** Returns what went wrong, if anything did. */
async function waitUntilReady(
  child: ChildProcess,
  server: ServerProcess,
  announcement: string,
): Promise<string | undefined> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.pid === undefined) return `the server ended at once: ${server.log()}`;
    if (server.log().includes(announcement) && (await canConnect(server.port))) return undefined;
    await sleep(20);
  }
  return `the server did not start within ${START_MS} ms: ${server.log()}`;
}

/** Some programs say that they listen a moment before they do. */
function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: CONNECT_MS });
    const settle = (isOpen: boolean) => () => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', settle(true)).once('error', settle(false)).once('timeout', settle(false));
  });
}

/** A port on which nobody listens now: few programs tell which port they got for port 0. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
