import { createServer as createPlainServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Certificate } from './certificates.ts';

export interface ProxyServer {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** Every CONNECT, with its target. */
  readonly seen: readonly { readonly target: string; readonly headers: IncomingHttpHeaders }[];
  /** Requests that were no CONNECT: each of them is a leak. */
  readonly plain: readonly string[];
}

export interface ProxyServerOptions {
  /** What it answers instead of connecting. */
  readonly refusal?: string;
  readonly tls?: Certificate;
}

/** A proxy for whose users every name is this machine; it ends with the test. */
export async function startProxyServer({ refusal, tls }: ProxyServerOptions = {}): Promise<ProxyServer> {
  const seen: { target: string; headers: IncomingHttpHeaders }[] = [];
  const plain: string[] = [];
  const sockets = new Set<Duplex>();
  const server = tls === undefined ? createPlainServer() : createTlsServer({ cert: tls.certificate, key: tls.key });
  server.on('request', (request: IncomingMessage, response) => {
    plain.push(`${request.method} ${request.url}`);
    response.end();
  });
  server.on('connect', (request: IncomingMessage, client: Duplex) => {
    seen.push({ target: request.url ?? '', headers: request.headers });
    sockets.add(client);
    client.on('error', () => undefined);
    if (refusal !== undefined) {
      client.end(`HTTP/1.1 ${refusal}\r\nproxy-authenticate: Basic realm="p"\r\n\r\n`);
      return;
    }
    const upstream = connect(Number(/:(\d+)$/.exec(request.url ?? '')?.[1]), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    sockets.add(upstream);
    upstream.on('error', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen, plain };
}
