import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Passes connections on to a server and cuts some of them. */
export interface CuttingProxy {
  /** `127.0.0.1:PORT`, to be used in the place of the server. */
  readonly host: string;
  /** How many connections were cut. */
  readonly cuts: () => number;
  /** Bytes passed on in the direction that is watched. */
  readonly passed: () => number;
}

export interface CuttingProxyOptions {
  /** `127.0.0.1:PORT` of the server. */
  readonly to: string;
  /** Which bytes count: those to the server, or those from it. */
  readonly watch: 'sent' | 'received';
  /** The connection is cut when this many bytes passed on it: one number for each cut, in turn. */
  readonly cutAfterBytes: readonly number[];
}

/** Starts on the loopback interface; ends with the test. */
export async function startCuttingProxy({ to, watch, cutAfterBytes }: CuttingProxyOptions): Promise<CuttingProxy> {
  const limits = [...cutAfterBytes];
  const sockets = new Set<Socket>();
  const tally = { cuts: 0, passed: 0 };
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    const far = keep(connect({ host: '127.0.0.1', port: Number(to.split(':')[1]) }));
    keep(near).on('close', () => far.end());
    far.on('close', () => near.end());
    let passed = 0;
    const [watched, other] = watch === 'sent' ? [near, far] : [far, near];
    other.pipe(watched, { end: false });
    watched.on('data', (data) => {
      const limit = limits[0] ?? Number.POSITIVE_INFINITY;
      const room = Math.min(data.byteLength, limit - passed);
      passed += room;
      tally.passed += room;
      if (!other.write(data.subarray(0, room))) {
        watched.pause();
        other.once('drain', () => watched.resume());
      }
      if (passed < limit) return;
      limits.shift();
      tally.cuts += 1;
      // What was passed on arrives; the other side learns only that the connection is gone.
      watched.destroy();
      other.end(() => other.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cuts: () => tally.cuts,
    passed: () => tally.passed,
  };
}
