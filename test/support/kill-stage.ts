import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Features } from '../../src/playground/exchange.ts';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { type CliResult, homeVariables, runCli } from './run-cli.ts';
import { isWrite } from './scenario.ts';

/**
 * When a program is killed. `arrived`: as its request `number` came in, before anything was done about it. `processed`:
 * after its write `number` was carried out, before anything of the answer was sent; a read changes nothing, so that for
 * reads this would be the same moment again. Both count from 1 in the order of arrival, whatever the registry.
 */
export interface KillPoint {
  readonly moment: 'arrived' | 'processed';
  readonly number: number;
}

/** Two fresh registries on which a program can be killed. */
export interface KillStage {
  readonly near: Playground;
  readonly far: Playground;
  /** Runs the program to its end, or to `point`. */
  run(args: readonly string[], options: RunOptions): Promise<StagedRun>;
  close(): Promise<void>;
}

export interface RunOptions {
  readonly cwd: string;
  readonly home: string;
  readonly point?: KillPoint;
}

export interface StagedRun extends CliResult {
  /** `PUT /v2/app/manifests/1`, in the order of arrival. */
  readonly requests: readonly string[];
  /** False when the run ended before it came to the point. */
  readonly wasKilled: boolean;
}

export interface StageOptions {
  readonly features?: Partial<Features>;
}

/** The registries take manifests whose children they lack, so that only the order of the requests keeps tags whole. */
export async function startStage({ features }: StageOptions): Promise<KillStage> {
  const trap: { current?: Trap } = {};
  const options = {
    features: { sparse: true, ...features },
    intercept: async (request: IncomingMessage) => (await trap.current?.pass(request, 'arrived')) ?? false,
    beforeAnswer: async (request: IncomingMessage) => (await trap.current?.pass(request, 'processed')) ?? false,
  };
  const [near, far] = await Promise.all([startPlayground(options), startPlayground(options)]);
  return {
    near,
    far,
    run: async (args, { cwd, home, point }) => {
      const victim: { child?: { kill(signal: 'SIGKILL'): boolean } } = {};
      const running = runCli(args, {
        cwd,
        env: homeVariables(home),
        onStart: (child) => {
          victim.child = child;
        },
      });
      trap.current = new Trap(point, async () => {
        victim.child?.kill('SIGKILL');
        await running;
      });
      const { requests, sockets } = trap.current;
      const result = await running;
      // What arrived before the end is processed to its end, as a registry would.
      await Promise.all([...sockets].filter(({ closed }) => !closed).map((socket) => once(socket, 'close')));
      delete trap.current;
      return { ...result, requests, wasKilled: result.code === null };
    },
    close: async () => {
      await Promise.all([near.close(), far.close()]);
    },
  };
}

class Trap {
  readonly requests: string[] = [];
  readonly sockets = new Set<Socket>();
  readonly #point: KillPoint | undefined;
  readonly #strike: () => Promise<void>;
  #condemned: IncomingMessage | undefined;

  constructor(point: KillPoint | undefined, strike: () => Promise<void>) {
    this.#point = point;
    this.#strike = strike;
  }

  /** True when the program died here, so that there is nobody to answer. */
  async pass(request: IncomingMessage, moment: KillPoint['moment']): Promise<boolean> {
    if (moment === 'arrived') this.#note(request);
    if (request !== this.#condemned || moment !== this.#point?.moment) return false;
    await this.#strike();
    request.socket.destroy();
    return true;
  }

  #note(request: IncomingMessage): void {
    this.sockets.add(request.socket);
    this.requests.push(`${request.method} ${request.url}`);
    const counted = this.#point?.moment === 'processed' ? this.requests.filter(isWrite) : this.requests;
    if (counted.length === this.#point?.number) this.#condemned ??= request;
  }
}
