import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';
import { answerCall } from './dispatch.ts';
import { type Service, send } from './exchange.ts';
import { RegistryFault } from './fault.ts';
import type { PlaygroundOptions } from './options.ts';
import { createRecorder, type RecordedRequest } from './recorder.ts';
import { createService } from './service.ts';

/** A running registry. */
export interface Playground {
  /** `127.0.0.1:PORT`, as it stands in references. */
  readonly host: string;
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  clearRequests(): void;
  /** Ends at once, also the requests under way. */
  close(): Promise<void>;
}

/**
 * Starts a registry on the loopback interface: the OCI distribution API 1.1 and the multi-tag push that came after it.
 * Rejects with USAGE when the port is taken or the folder cannot be used.
 */
export async function startPlayground(options: PlaygroundOptions = {}): Promise<Playground> {
  const service = await createService(options);
  const recorder = createRecorder();
  const server = createServer((request, response) => {
    recorder.record(request, response);
    void serve(service, options, { request, response });
  });
  server.keepAliveTimeout = 60_000;
  server.requestTimeout = 0;
  server.timeout = 120_000;
  const host = `127.0.0.1:${await listen(server, options.port ?? 0)}`;
  return {
    host,
    url: `http://${host}`,
    requests: recorder.requests,
    clearRequests: () => recorder.clear(),
    close: async () => {
      await closeServer(server);
      await service.uploads.close();
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on('error', (cause) => reject(toPortError(port, cause)));
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function toPortError(port: number, cause: Error): PlaitError {
  return new PlaitError('USAGE', `port ${port} of 127.0.0.1 cannot be used: ${cause.message}`, {
    hint: 'choose another port, or 0 for any that is free',
    cause,
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

interface Pair {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Never rejects: what goes wrong becomes the answer, or ends the connection when an answer was begun. */
async function serve(service: Service, options: PlaygroundOptions, { request, response }: Pair): Promise<void> {
  try {
    if (options.intercept !== undefined && (await options.intercept(request, response))) return;
    const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s);
    const exchange = { method: request.method ?? '', query: new URLSearchParams(query), request, response };
    response.setHeader('docker-distribution-api-version', 'registry/2.0');
    const answer = answerCall(service, options, { exchange, path });
    if (options.beforeAnswer !== undefined) {
      await Promise.allSettled([answer]);
      if (await options.beforeAnswer(request, response)) return;
    }
    await send(exchange, await answer);
  } catch (error) {
    fail({ request, response }, error);
  }
}

function fail({ request, response }: Pair, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const fault = error instanceof RegistryFault ? error : new RegistryFault('UNKNOWN', cleanText(String(error)));
  const body = Buffer.from(fault.toBody());
  const headers = { ...fault.headers, 'content-type': 'application/json', 'content-length': body.length };
  response.writeHead(fault.status, headers).end(body);
  // What the client still sends is read and dropped: cut off in the middle of it, it would not see the answer.
  request.resume();
}
