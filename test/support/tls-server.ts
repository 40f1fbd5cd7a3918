import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { Certificate } from './certificates.ts';

/** What a server saw of a request. */
export interface SeenOverTls {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The common name in the certificate of the client; undefined when it showed none. */
  readonly client: string | undefined;
}

export interface TlsServer {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly port: number;
  readonly url: string;
  readonly seen: readonly SeenOverTls[];
}

export interface TlsServerOptions {
  readonly certificate: Certificate;
  /** Lets in only clients whose certificates this one signed. */
  readonly clients?: Certificate;
  /** Headers of each answer, and its status. */
  readonly answer?: (path: string) => { readonly status: number; readonly headers: Readonly<Record<string, string>> };
}

/** An https server on the loopback interface that answers 200 unless told otherwise; it ends with the test. */
export async function startTlsServer({ certificate, clients, answer }: TlsServerOptions): Promise<TlsServer> {
  const seen: SeenOverTls[] = [];
  const server = createServer(
    {
      cert: certificate.certificate,
      key: certificate.key,
      ...(clients === undefined ? {} : { ca: clients.certificate, requestCert: true, rejectUnauthorized: true }),
    },
    (request, response) => {
      const { subject } = (request.socket as TLSSocket).getPeerCertificate();
      seen.push({ path: request.url ?? '', headers: request.headers, client: subject?.CN?.toString() });
      const { status, headers } = answer?.(request.url ?? '') ?? { status: 200, headers: {} };
      response.writeHead(status, headers).end();
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { host: `127.0.0.1:${port}`, port, url: `https://127.0.0.1:${port}`, seen };
}
