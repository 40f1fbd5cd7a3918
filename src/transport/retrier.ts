import { setMaxListeners } from 'node:events';
import type { LimitFunction } from 'p-limit';
import { drain } from './body.ts';
import type { Clock } from './clock.ts';
import type { Exchange } from './exchange.ts';
import type { HostGate } from './host-gate.ts';
import type { HostTraffic } from './host-traffic.ts';
import { toInterrupted } from './interrupted.ts';
import { findHeader, type HttpRequest, type Lane } from './message.ts';
import { countExtraTries, findErrorCode, isBeforeSending, toNetworkError } from './network-error.ts';
import type { RetryPolicy } from './policy.ts';
import { parsePullPauseMs } from './pull-limit.ts';
import { computeBackoffMs, computeSettleMs, isRetryableStatus, isTurnedAway, parseRetryAfterMs } from './retry.ts';

/** One way to send a request and one way to take its answer. */
export interface Attempt<T> {
  readonly send: () => Promise<Exchange>;
  readonly use: (answer: Exchange) => Promise<T>;
}

/** Lets requests wait for their turn and repeats them when that may help. */
export interface Retrier {
  run<T>(request: HttpRequest, attempt: Attempt<T>): Promise<T>;
  backOff(attempt: number, signal?: AbortSignal): Promise<void>;
  settle(attempt: number, signal?: AbortSignal): Promise<void>;
}

export interface RetrierOptions {
  readonly clock: Clock;
  readonly policy: RetryPolicy;
  readonly traffic: (url: URL) => HostTraffic;
  /** The limit over all hosts. */
  readonly total: LimitFunction;
}

type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'again'; readonly delayMs: number; readonly spentMs: number };

export function createRetrier(options: RetrierOptions): Retrier {
  const { clock, policy } = options;
  const pause = async (delayMs: number, signal: AbortSignal | undefined): Promise<void> => {
    try {
      await clock.sleep(delayMs, signal);
    } catch (error) {
      throw signal?.aborted === true ? toInterrupted(signal, 'try again') : error;
    }
  };
  return {
    backOff: (attempt, signal) => pause(computeBackoffMs(policy, attempt, clock.random()), signal),
    settle: (attempt, signal) => pause(computeSettleMs(policy, attempt, clock.random()), signal),
    run: async (request, attempt) => {
      // One signal stops a whole run, and everything that waits listens to it; Node takes ten listeners for a leak.
      if (request.signal !== undefined) setMaxListeners(0, request.signal);
      try {
        return await runAll(options, request, attempt);
      } catch (error) {
        throw request.signal?.aborted === true && isForAbort(request, error)
          ? toInterrupted(request.signal, request.purpose)
          : toNetworkError(error, request.url, request.purpose);
      }
    },
  };
}

/** A request that an abort does not cut off can fail for reasons of its own after it. */
function isForAbort({ signal, onAbort = 'stop' }: HttpRequest, error: unknown): boolean {
  return onAbort === 'stop' || error === signal?.reason || (error instanceof Error && error.name === 'AbortError');
}

function assertGoesOn({ signal, onAbort }: HttpRequest): void {
  if (onAbort !== 'settle') signal?.throwIfAborted();
}

async function runAll<T>(options: RetrierOptions, request: HttpRequest, attempt: Attempt<T>): Promise<T> {
  let spentMs = 0;
  for (let number = 1; ; number += 1) {
    const mayRepeat = number < options.policy.attempts && spentMs < options.policy.deadlineMs && isRepeatable(request);
    const outcome = await inTurn(options, request, () => tryOnce({ options, request, number, mayRepeat }, attempt));
    if (outcome.kind === 'done') return outcome.value;
    spentMs += outcome.spentMs + outcome.delayMs;
    await options.clock.sleep(outcome.delayMs, request.signal);
  }
}

function isRepeatable(request: HttpRequest): boolean {
  return request.body === undefined || request.body instanceof Uint8Array;
}

/**
 * What the limit over all hosts is for. An upload is fed by a download that already counts, and either may want a token
 * first: to wait for that limit as well could block both for ever.
 */
const COUNTED: ReadonlySet<Lane> = new Set(['metadata', 'download']);

/** Runs `task` when there is room: first in the queue of its kind at the host, then past the gate, then over all hosts. */
async function inTurn<T>(options: RetrierOptions, request: HttpRequest, task: () => Promise<T>): Promise<T> {
  const { gate, pullGate, lanes } = options.traffic(request.url);
  const isPull = request.countsAsPull === true;
  const { maxRetryAfterMs } = options.policy;
  for (;;) {
    // Outside the queue: those that wait for pulls must not keep others out of it.
    if (isPull) await pullGate.pass(maxRetryAfterMs, request.purpose, request.signal);
    const turn = await lanes[request.lane].run(async () => {
      assertGoesOn(request);
      await gate.pass(maxRetryAfterMs, request.purpose, request.signal);
      request.check?.();
      if (isPull && !pullGate.isOpen()) return undefined;
      return { value: await (COUNTED.has(request.lane) ? options.total(task) : task()) };
    });
    if (turn !== undefined) return turn.value;
  }
}

interface Trial {
  readonly options: RetrierOptions;
  readonly request: HttpRequest;
  /** From 1. */
  readonly number: number;
  readonly mayRepeat: boolean;
}

async function tryOnce<T>(trial: Trial, attempt: Attempt<T>): Promise<Outcome<T>> {
  const { clock } = trial.options;
  const startedAt = clock.elapsed();
  try {
    assertGoesOn(trial.request);
    const answer = await attempt.send();
    const delayMs = observe(trial, answer, startedAt);
    if (!isRetryableStatus(answer.status) || !mayRepeatAfter(trial, isTurnedAway(answer.status))) {
      return { kind: 'done', value: await attempt.use(answer) };
    }
    await drain(answer.body);
    return { kind: 'again', delayMs, spentMs: clock.elapsed() - startedAt };
  } catch (error) {
    const code = findErrorCode(error);
    if (code === undefined || trial.number > countExtraTries(code)) throw error;
    if (trial.request.signal?.aborted === true || !mayRepeatAfter(trial, isBeforeSending(code))) throw error;
    return { kind: 'again', delayMs: computeDelayMs(trial), spentMs: clock.elapsed() - startedAt };
  }
}

function mayRepeatAfter(trial: Trial, isUnprocessed: boolean): boolean {
  return trial.mayRepeat && (isUnprocessed || trial.request.repeat !== 'unprocessed');
}

function computeDelayMs({ options, number }: Trial): number {
  return computeBackoffMs(options.policy, number, options.clock.random());
}

/** Notes what the answer says of the load of the host. Returns the pause that is left to this request alone. */
function observe(trial: Trial, answer: Exchange, sentAtMs: number): number {
  const { options, request } = trial;
  if (!answer.crossedOrigin) observeLoad(trial, answer, sentAtMs);
  if (!isRetryableStatus(answer.status)) return 0;
  const asked = parseRetryAfterMs(findHeader(answer.headers, 'retry-after'), options.clock.now());
  const delayMs = computeDelayMs(trial);
  if (asked === undefined && answer.status !== 429) return delayMs;
  const gate: HostGate = options.traffic(answer.crossedOrigin ? answer.url : request.url).gate;
  gate.pause(asked === undefined || asked === 0 ? delayMs : asked);
  return answer.crossedOrigin ? delayMs : 0;
}

function observeLoad({ options, request }: Trial, { status, headers }: Exchange, sentAtMs: number): void {
  const { lanes, pullGate } = options.traffic(request.url);
  const lane = lanes[request.lane];
  if (status === 429) lane.noteTurnedAway(sentAtMs, options.clock.elapsed());
  else lane.noteAnswer();
  const pauseMs = parsePullPauseMs(headers, options.clock.now());
  if (pauseMs !== undefined) pullGate.pause(pauseMs);
}
