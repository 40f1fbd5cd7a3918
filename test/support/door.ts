import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer, request as requestHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** Another way into a server, which sees every request. Servers log in formats of their own; this counts for them all. */
export interface Door {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** With scheme, without a slash at the end. */
  readonly url: string;
  /** `PUT /v2/app/manifests/1`, in the order of arrival. */
  readonly requests: readonly string[];
  /** The status of every answer, in the order in which they came. */
  readonly statuses: readonly number[];
  close(): Promise<void>;
}

export interface DoorOptions {
  /** With scheme; asked for at every request, so that a door can be there before its server. */
  readonly to: () => string;
  /** What the way from the door to the server needs, all PEM: an authority, a certificate of a client with its key. */
  readonly trust?: { readonly ca: string; readonly cert?: string; readonly key?: string };
  /** The door itself serves https with this; with `clientAuthority` only to clients with a certificate of it. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly clientAuthority?: string };
  /** Headers to add to a request before the server gets it, such as a password that those in front need not know. */
  readonly addHeaders?: (request: IncomingMessage) => Promise<IncomingHttpHeaders> | IncomingHttpHeaders;
}

/** Opens a door on the loopback interface. Hands everything on as it is, both ways: no header changed, no redirect followed. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const requests: string[] = [];
  const statuses: number[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push(`${request.method} ${request.url}`);
    // Who cannot be answered sees what it would have seen of the server itself: a connection that breaks.
    passOn(options, { request, response, note: (status) => statuses.push(status) }).catch(() =>
      request.socket.destroy(),
    );
  };
  const server = listenWith(options, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = (): Promise<void> => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return { host, url: `${options.tls === undefined ? 'http' : 'https'}://${host}`, requests, statuses, close };
}

function listenWith(
  { tls }: DoorOptions,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const keep = { keepAliveTimeout: 60_000 };
  if (tls === undefined) return createHttpServer(keep, answer);
  const { certificate: cert, key, clientAuthority: ca } = tls;
  const clients = ca === undefined ? {} : { requestCert: true, rejectUnauthorized: true, ca };
  return createHttpsServer({ ...keep, cert, key, ...clients }, answer);
}

interface Passage {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly note: (status: number) => void;
}

async function passOn(options: DoorOptions, { request, response, note }: Passage): Promise<void> {
  const added = (await options.addHeaders?.(request)) ?? {};
  const url = new URL(options.to());
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const outgoing = send({
    ...options.trust,
    host: url.hostname,
    port: url.port,
    method: request.method,
    path: request.url,
    // The name by which the door is known stays, so that absolute locations lead back through it.
    headers: { ...request.headers, ...added, 'x-forwarded-proto': options.tls === undefined ? 'http' : 'https' },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve).once('error', reject);
  });
  await Promise.all([pipeline(request, outgoing), answered.then((answer) => hand(answer, response, note))]);
}

async function hand(answer: IncomingMessage, response: ServerResponse, note: Passage['note']): Promise<void> {
  const { statusCode = 502, statusMessage = '' } = answer;
  note(statusCode);
  response.writeHead(statusCode, statusMessage, toPairs(answer.rawHeaders));
  await pipeline(answer, response);
}

/** As the server wrote them, repeated ones too, but for what concerns one connection only. */
function toPairs(raw: readonly string[]): string[] {
  const pairs: string[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    const [name = '', value = ''] = raw.slice(at, at + 2);
    if (!/^(?:connection|keep-alive|transfer-encoding)$/i.test(name)) pairs.push(name, value);
  }
  return pairs;
}
