import {
  createServer as createPlainServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request as a server saw it. */
export interface SeenRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What a server answers, in short. */
export interface PlainAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array;
}

/** A plain answer, or a function that does to the response whatever a server should not. */
export type FaultAnswer = PlainAnswer | ((response: ServerResponse, request: IncomingMessage) => void);

/** Gives the answer to a request; `number` counts the requests from 1. */
export type FaultHandler = (request: SeenRequest, number: number) => FaultAnswer | Promise<FaultAnswer>;

/** A server that misbehaves as it is told and remembers everything it was sent. */
export interface FaultServer {
  /** `127.0.0.1:PORT`, or as asked for. */
  readonly host: string;
  /** With scheme, without a slash at the end. */
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  /** The most requests that were under way at one time. */
  readonly peak: () => number;
  readonly close: () => Promise<void>;
}

export interface FaultServerOptions {
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** An IPv4 address of this machine; 127.0.0.1 when left out. */
  readonly address?: string;
}

/** Starts a server on this machine; it ends with the test. */
export async function startFaultServer(handler: FaultHandler, options: FaultServerOptions = {}): Promise<FaultServer> {
  const seen: SeenRequest[] = [];
  const load = { now: 0, peak: 0 };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    load.now += 1;
    load.peak = Math.max(load.peak, load.now);
    response.once('close', () => {
      load.now -= 1;
    });
    void record(request, seen).then(async (known) => reply(await handler(known, seen.length), request, response));
  };
  const server =
    options.tls === undefined
      ? createPlainServer(listener)
      : createTlsServer({ cert: options.tls.certificate, key: options.tls.key }, listener);
  const { address = '127.0.0.1' } = options;
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const host = `${address}:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  return { host, url: `${options.tls === undefined ? 'http' : 'https'}://${host}`, seen, peak: () => load.peak, close };
}

async function record(request: IncomingMessage, seen: SeenRequest[]): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    // The client gave up half-way; what came is recorded.
  }
  const known = {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    body: Buffer.concat(chunks),
  };
  seen.push(known);
  return known;
}

function reply(answer: FaultAnswer, request: IncomingMessage, response: ServerResponse): void {
  if (typeof answer === 'function') {
    answer(response, request);
    return;
  }
  const { status = 200, headers = {}, body = '' } = answer;
  response.writeHead(status, headers);
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Cuts the connection without an answer. */
export function hangUp(response: ServerResponse): void {
  response.socket?.destroy();
}

/** Announces 100 bytes, sends 10 and cuts the connection. */
export function breakOff(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': '100', 'content-type': 'application/json' });
  response.write('0123456789', () => response.socket?.destroy());
}

/** Never answers. */
export function stall(): void {
  // The request stays open until the client gives up.
}

/** The answer with this number for each request, and the last one for all that follow. */
export function inTurn(...answers: readonly FaultAnswer[]): FaultHandler {
  return (_request, number) => answers[Math.min(number, answers.length) - 1] ?? {};
}

/** An error as registries write it. */
export function registryError(status: number, code: string, message = ''): PlainAnswer {
  const body = JSON.stringify({ errors: [{ code, message, detail: null }] });
  return { status, headers: { 'content-type': 'application/json' }, body };
}
