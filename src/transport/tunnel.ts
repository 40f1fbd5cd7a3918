import { type ClientRequest, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';
import type { TlsOptions } from './trust.ts';

export interface TunnelOptions {
  readonly proxy: URL;
  /** How to know a proxy that is spoken to over TLS; absent for one that is not. */
  readonly tls: TlsOptions | undefined;
  /** `host:port` to be connected with. */
  readonly target: string;
  readonly userAgent: string;
  readonly timeoutMs: number;
}

/**
 * A connection through a proxy (CONNECT, RFC 9110 9.3.6). Also for plain http: the proxy sees where we go, and of what is
 * sent there nothing but bytes. Its own credentials are in this request only. `done` gets PROXY_FAILED for whatever goes
 * wrong; trying again would not help.
 */
export function openTunnel(options: TunnelOptions, done: (error: Error | null, socket: Socket | null) => void): void {
  const fail = (problem: string, hint: string, cause?: unknown): void => {
    const { proxy, target } = options;
    const message = `the proxy ${proxy.host} did not connect us with ${target}: ${problem}`;
    done(new PlaitError('PROXY_FAILED', message, { hint, cause }), null);
  };
  const request = toRequest(options);
  request.once('connect', ({ statusCode, statusMessage = '' }, socket: Socket, head) => {
    if (statusCode === 200 && head.byteLength === 0) {
      socket.setTimeout(0);
      done(null, socket);
      return;
    }
    socket.destroy();
    fail(`it answered ${statusCode} ${cleanText(statusMessage, 80)}`.trim(), hintFor(statusCode));
  });
  request.once('timeout', () => request.destroy(new Error('no answer within the time limit')));
  request.once('error', (cause) => fail(cleanText(cause.message), CHECK_PROXY, cause));
  request.end();
}

const CHECK_PROXY =
  'check that the proxy is up, and its address in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY; NO_PROXY is the way around it';

function hintFor(status: number | undefined): string {
  if (status === 407)
    return 'it wants a user name and password: HTTPS_PROXY=http://user:password@host:port, with %40 for @ in either';
  return 'the proxy must allow CONNECT to this host and port; hosts to reach directly go into NO_PROXY';
}

function toRequest({ proxy, tls, target, userAgent, timeoutMs }: TunnelOptions): ClientRequest {
  const host = proxy.hostname.replace(/^\[|\]$/g, '');
  const user = `${decode(proxy.username)}:${decode(proxy.password)}`;
  const common = {
    method: 'CONNECT',
    host,
    port: proxy.port === '' ? (proxy.protocol === 'https:' ? 443 : 80) : Number(proxy.port),
    path: target,
    headers: {
      host: target,
      'user-agent': userAgent,
      ...(proxy.username === ''
        ? {}
        : { 'proxy-authorization': `Basic ${Buffer.from(user, 'utf8').toString('base64')}` }),
    },
    timeout: timeoutMs,
    agent: false,
  } as const;
  return tls === undefined
    ? requestPlain(common)
    : requestTls({ ...common, ...tls, servername: isIP(host) === 0 ? host : '' });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A bare percent sign; what the user wrote is then what he means.
    return text;
  }
}
