import pLimit from 'p-limit';
import { createAgents } from './agents.ts';
import { readAnswer, useAnswer } from './answer.ts';
import type { Clock } from './clock.ts';
import { createCounts } from './counts.ts';
import { type Exchange, type ExchangeContext, exchange } from './exchange.ts';
import { type HostFiles, NO_HOST_FILES } from './host-files.ts';
import type { HostProfile } from './host-profile.ts';
import { createTraffic } from './host-traffic.ts';
import type { BodyLimit, BufferedResponse, HttpRequest, StreamedResponse } from './message.ts';
import { DEFAULT_RETRY, DEFAULT_TIMEOUTS, type RetryPolicy, type Timeouts } from './policy.ts';
import { createProxyFinder } from './proxy.ts';
import type { RequestEvent } from './request-event.ts';
import { createRetrier } from './retrier.ts';
import { createSchemeFinder, type SchemeFinder } from './scheme.ts';
import { createTrustFinder } from './trust.ts';

/**
 * Sends requests well: with time limits, a limited number at a time, redirects that keep secrets on their origin,
 * repeated when that may help. Knows nothing of registries or credentials. Everything it throws is a PlaitError.
 */
export interface Transport {
  /** The answer with its body in memory; a body broken off half-way counts as a failed try. */
  send(request: HttpRequest, limit: BodyLimit): Promise<BufferedResponse>;
  /**
   * Gives the answer with its body to be read to `use`, and holds the place in the queue until `use` is done. Only
   * what comes before the body is tried again.
   */
  open<T>(request: HttpRequest, use: (response: StreamedResponse) => Promise<T>): Promise<T>;
  /** Waits before try number `attempt` + 1 of something the caller repeats himself. */
  backOff(attempt: number, signal?: AbortSignal): Promise<void>;
  /** Waits for what others may have under way, before looking again; as `backOff`, but never hardly at all. */
  settle(attempt: number, signal?: AbortSignal): Promise<void>;
  readonly retry: RetryPolicy;
  readonly timeouts: Timeouts;
  readonly schemes: SchemeFinder;
  /** Requests really sent so far, by method, TOKEN and REDIRECT. */
  counts(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

export interface TransportOptions {
  /** What the user says of a host, `host[:port]`. */
  readonly profile: (host: string) => HostProfile;
  /** What other tools of this machine are told about registries; nothing when absent. */
  readonly hostFiles?: HostFiles;
  /** Where proxies are named; none when absent. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly userAgent: string;
  /** Requests in flight over all hosts, and to each host that has no number of its own; 32 and 16 when absent. */
  readonly parallelism?: number;
  readonly timeouts?: Partial<Timeouts>;
  readonly retry?: Partial<RetryPolicy>;
  /** Called for every request that was sent. */
  readonly onRequest?: ((event: RequestEvent) => void) | undefined;
}

const GLOBAL_LIMIT = 32;

export function createTransport(options: TransportOptions): Transport {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const retry = { ...DEFAULT_RETRY, ...options.retry };
  const { hostFiles = NO_HOST_FILES, profile, userAgent } = options;
  const trust = createTrustFinder({ profile, hostFiles });
  const proxy = createProxyFinder(options.environment ?? {});
  const agents = createAgents({ trust, proxy, userAgent, timeouts });
  const counts = createCounts();
  const context: ExchangeContext = {
    agents,
    trust,
    timeouts,
    userAgent,
    count: (kind) => counts.count(kind),
    onRequest: options.onRequest,
    elapsed: () => options.clock.elapsed(),
  };
  const retrier = createRetrier({
    clock: options.clock,
    policy: retry,
    traffic: createTraffic({ profile, clock: options.clock, parallelism: options.parallelism }),
    total: pLimit(options.parallelism ?? GLOBAL_LIMIT),
  });
  const run = <T>(request: HttpRequest, use: (answer: Exchange) => Promise<T>): Promise<T> =>
    retrier.run(request, { send: () => exchange(context, request), use });
  return {
    send: (request, limit) => run(request, (answer) => readAnswer(request, answer, limit)),
    open: (request, use) => run(request, (answer) => useAnswer(request, answer, use)),
    backOff: (attempt, signal) => retrier.backOff(attempt, signal),
    settle: (attempt, signal) => retrier.settle(attempt, signal),
    retry,
    timeouts,
    schemes: createSchemeFinder(profile, options.clock, hostFiles),
    counts: () => counts.read(),
    close: () => agents.close(),
  };
}
