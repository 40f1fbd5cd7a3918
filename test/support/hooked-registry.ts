import type { IncomingMessage, ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import type { Features } from '../../src/playground/exchange.ts';
import { type Playground, startPlayground } from '../../src/playground/server.ts';
import { seed } from './scenario.ts';

/** One request that a hook may stop, hold or answer. */
export interface HookedRequest {
  /** `PUT /v2/app/manifests/1`. */
  readonly text: string;
  /** The name that the client calls the registry by: `localhost:PORT` or `127.0.0.1:PORT`. */
  readonly host: string;
  readonly response: ServerResponse;
}

/** True when the hook has answered, or nobody is to answer. */
export type Hook = (request: HookedRequest, registry: Playground) => boolean | undefined | Promise<boolean | undefined>;

export interface HookedOptions {
  /** What is there beforehand: `app:build` stands for `app:build-amd64` and `app:build-arm64`. */
  readonly builds: readonly string[];
  readonly features?: Partial<Features>;
  readonly onArrival?: Hook;
  readonly onProcessed?: Hook;
}

/** A registry that ends with the test. Its hooks see nothing of what puts the images in. */
export async function startHookedRegistry(options: HookedOptions): Promise<Playground> {
  const ready: { registry?: Playground } = {};
  const toIntercept = (hook: Hook | undefined) => async (request: IncomingMessage, response: ServerResponse) => {
    if (ready.registry === undefined || hook === undefined) return false;
    const text = `${request.method} ${request.url}`;
    return (await hook({ text, host: request.headers.host ?? '', response }, ready.registry)) ?? false;
  };
  const registry = await startPlayground({
    features: { sparse: true, ...options.features },
    intercept: toIntercept(options.onArrival),
    beforeAnswer: toIntercept(options.onProcessed),
  });
  onTestFinished(() => registry.close());
  for (const name of options.builds) {
    await seed(registry, `${name}-amd64`, { platform: 'linux/amd64' });
    await seed(registry, `${name}-arm64`, { platform: 'linux/arm64' });
  }
  registry.clearRequests();
  ready.registry = registry;
  return registry;
}

/** Resolves when it was opened, also for those who come later. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function createGate(): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** Lets nobody through before `count` came, and then everybody. */
export function createBarrier(count: number): () => Promise<void> {
  const gate = createGate();
  let arrived = 0;
  return () => {
    arrived += 1;
    if (arrived >= count) gate.open();
    return gate.opened;
  };
}
