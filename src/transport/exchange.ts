import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { isPlaitError, PlaitError } from '../errors/plait-error.ts';
import type { Agents, Reach } from './agents.ts';
import { type BodySource, drain } from './body.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import { isCut, isTlsError, locate, toNetworkError } from './network-error.ts';
import type { Timeouts } from './policy.ts';
import { findNextHop, type Hop, selectHeaders, toFirstHop } from './redirect.ts';
import { nameFailure, type RequestEvent, toShownUrl } from './request-event.ts';
import { toHttpsOnlyError } from './tls-error.ts';
import type { Trust } from './trust.ts';

/** An answer whose body must be read to the end or destroyed. */
export interface Exchange extends HttpResponse {
  readonly body: BodySource;
}

export interface ExchangeContext {
  readonly agents: Agents;
  readonly trust: (host: string) => Promise<Trust>;
  readonly timeouts: Timeouts;
  readonly userAgent: string;
  /** Called for every request that goes out, with what it counts as. */
  readonly count: (kind: string) => void;
  /** Called for every request when its answer has begun, or it failed. */
  readonly onRequest?: ((event: RequestEvent) => void) | undefined;
  /** Monotonic milliseconds. */
  readonly elapsed: () => number;
}

/**
 * Sends `request` once and follows its redirects. Throws the errors of undici and Node as they are, and
 * REDIRECT_REFUSED for a redirect that must not be followed.
 */
export async function exchange(context: ExchangeContext, request: HttpRequest): Promise<Exchange> {
  let hop = toFirstHop(request);
  for (;;) {
    const { statusCode: status, headers, body } = await dispatch(context, request, hop);
    const next = await followOrRelease(body, () => findNextHop(request, hop, { status, headers }));
    if (next === undefined) return { status, headers, url: hop.url, crossedOrigin: hop.crossedOrigin, body };
    hop = next;
  }
}

/** The next hop; the body of an answer that is not the last one, or that is refused, is let go of. */
async function followOrRelease(
  body: Dispatcher.ResponseData['body'],
  decide: () => Hop | undefined,
): Promise<Hop | undefined> {
  try {
    const next = decide();
    if (next !== undefined) await drain(body);
    return next;
  } catch (error) {
    body.destroy();
    throw error;
  }
}

async function dispatch(context: ExchangeContext, request: HttpRequest, hop: Hop): Promise<Dispatcher.ResponseData> {
  const agent = await findAgent(context, request, hop);
  const signal = isCutOff(request) ? request.signal : undefined;
  signal?.throwIfAborted();
  context.count(findKind(request, hop));
  const note = startNote(context, hop);
  try {
    const answer = await agent.request({
      origin: hop.url.origin,
      path: `${hop.url.pathname}${hop.url.search}`,
      method: hop.method,
      headers: { 'user-agent': context.userAgent, 'accept-encoding': 'identity', ...toHeaders(request, hop) },
      headersTimeout: request.headersMs ?? context.timeouts.headersMs,
      bodyTimeout: context.timeouts.bodyIdleMs,
      // Undici would close the connection after every HEAD, which is what Plait sends most.
      reset: false,
      ...(hop.sendsBody ? { body: toBody(request) } : {}),
      ...(signal === undefined ? {} : { signal }),
    });
    note({ status: answer.statusCode });
    // A body that is given up reports so as an event, which would end the process when nobody listens.
    answer.body.on('error', () => undefined);
    return answer;
  } catch (error) {
    note({ failure: nameFailure(error) });
    throw isPlaitError(error) ? withPurpose(error, request) : await explain(context, error, { request, hop });
  }
}

function startNote(
  { onRequest, elapsed }: ExchangeContext,
  { method, url }: Hop,
): (outcome: Pick<RequestEvent, 'status' | 'failure'>) => void {
  if (onRequest === undefined) return () => undefined;
  const startedAt = elapsed();
  return (outcome) => onRequest({ method, url: toShownUrl(url), durationMs: elapsed() - startedAt, ...outcome });
}

interface Sent {
  readonly request: HttpRequest;
  readonly hop: Hop;
}

/** What an error of undici or Node turns out to be; itself when it may pass. */
async function explain(context: ExchangeContext, error: unknown, { request, hop }: Sent): Promise<unknown> {
  const { url } = hop;
  locate(error, url);
  if (isTlsError(error)) return withSources(context, error, { request, hop });
  const mayBeTls = url.protocol === 'http:' && isCut(error);
  // Many servers that speak TLS just close the connection when they are spoken to in the clear.
  if (!mayBeTls || !(await context.agents.speaksTls(url.origin, findReach(context, request, hop)))) return error;
  return toHttpsOnlyError(url, request.purpose);
}

function isCutOff({ onAbort = 'stop' }: HttpRequest): boolean {
  return onAbort === 'stop';
}

/** What is wrong with the settings of a host says nothing yet of what is attempted. */
async function findAgent(context: ExchangeContext, request: HttpRequest, hop: Hop): Promise<Dispatcher> {
  try {
    return await context.agents.get(hop.url.origin, findReach(context, request, hop));
  } catch (error) {
    throw isPlaitError(error) ? withPurpose(error, request) : error;
  }
}

/** An error of TLS with the files of the machine that say how to know the host; the user may not have written them. */
async function withSources(context: ExchangeContext, error: unknown, { request, hop }: Sent): Promise<unknown> {
  const { sources } = await context.trust(hop.url.host);
  const known = toNetworkError(error, hop.url, request.purpose);
  if (sources.length === 0) return error;
  const hint = `${known.hint ?? ''}; settings of ${hop.url.host} are in ${sources.join(' and ')}`;
  return new PlaitError(known.code, known.message, { hint, cause: error });
}

function findReach(context: ExchangeContext, request: HttpRequest, hop: Hop): Reach {
  const base = request.onBehalfOf ?? request.url;
  return hop.url.origin === base.origin ? 'any' : { zone: context.agents.findZone(base.origin) };
}

function findKind(request: HttpRequest, hop: Hop): string {
  if (hop.visited.length > 1) return 'REDIRECT';
  return request.lane === 'token' ? 'TOKEN' : request.method;
}

function toHeaders(request: HttpRequest, hop: Hop): Readonly<Record<string, string>> {
  const size = request.body === undefined || request.body instanceof Uint8Array ? undefined : request.body.size;
  const length = size === undefined ? {} : { 'content-length': String(size) };
  return { ...selectHeaders(request, hop), ...length };
}

function toBody(request: HttpRequest): Uint8Array | Readable | null {
  if (request.body === undefined || request.body instanceof Uint8Array) return request.body ?? null;
  return Readable.from(request.body.chunks, { highWaterMark: 2 });
}

function withPurpose(error: PlaitError, request: HttpRequest): PlaitError {
  return new PlaitError(error.code, `could not ${request.purpose}: ${error.message}`, {
    hint: error.hint,
    cause: error,
  });
}
