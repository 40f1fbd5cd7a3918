import { createSign, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Certificate, makeCertificate } from './certificates.ts';
import type { TokenService } from './real-registry.ts';

export interface TokenRequest {
  readonly method: string;
  /** In the order asked for, one entry a `scope` parameter. */
  readonly scopes: readonly string[];
  readonly service: string | null;
  readonly authorization: string | undefined;
}

export interface TokenServer {
  /** What a registry has to know to trust it. */
  readonly service: TokenService;
  readonly requests: readonly TokenRequest[];
  stop(): Promise<void>;
}

export interface TokenServerOptions {
  /** Only this user gets tokens; without it everybody does. */
  readonly user?: { readonly username: string; readonly password: string };
  /** Seconds that a token is good for, 300 by default. Distribution allows 60 s more: use less than -60 for an expired one. */
  readonly lifetimeSeconds?: number;
}

const SERVICE = 'registry.test';
const ISSUER = 'plait-test';

/** A token server as Docker's token specification has it: grants what is asked for and records every request. */
export async function startTokenServer(options: TokenServerOptions = {}): Promise<TokenServer> {
  const signer = makeCertificate();
  const requests: TokenRequest[] = [];
  const server = createServer((request, response) => {
    const asked = readTokenRequest(request);
    requests.push(asked);
    const isAllowed = options.user === undefined || asked.authorization === toBasic(options.user);
    const { status, body } = isAllowed ? grant(asked, signer, options.lifetimeSeconds ?? 300) : REFUSED;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const realm = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  const stop = (): Promise<void> => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return { service: { realm, service: SERVICE, issuer: ISSUER, certificate: signer.certificate }, requests, stop };
}

const REFUSED = { status: 401, body: { errors: [{ code: 'UNAUTHORIZED', message: 'wrong user or password' }] } };

function readTokenRequest(request: IncomingMessage): TokenRequest {
  const { searchParams } = new URL(request.url ?? '/', 'http://token.test');
  return {
    method: request.method ?? '',
    scopes: searchParams.getAll('scope'),
    service: searchParams.get('service'),
    authorization: request.headers.authorization,
  };
}

function toBasic({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function grant(asked: TokenRequest, signer: Certificate, lifetimeSeconds: number): { status: number; body: object } {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: ISSUER, sub: 'weaver', aud: SERVICE, nbf: now - 5, iat: now, jti: randomUUID() };
  const access = asked.scopes.flatMap((scope) => scope.split(' ')).map(parseScope);
  const token = sign({ ...claims, exp: now + lifetimeSeconds, access }, signer);
  return { status: 200, body: { token, expires_in: lifetimeSeconds, issued_at: new Date(now * 1000).toISOString() } };
}

/** `repository:team/app:pull,push`; a name may hold colons of its own only through a port, which scopes do not carry. */
function parseScope(scope: string): object {
  const [type, name, actions = ''] = scope.split(':');
  return { type, name, actions: actions.split(',') };
}

function sign(claims: object, { privateKey, x5c }: Certificate): string {
  const header = { typ: 'JWT', alg: 'ES256', x5c: [x5c] };
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const signature = createSign('SHA256').update(text).sign({ key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}
