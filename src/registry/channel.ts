import { type Authorized, type AuthorizedRequest, openAuthorized, sendAuthorized } from '../auth/authorized.ts';
import { type Access, toScope } from '../auth/scope.ts';
import { PlaitError } from '../errors/plait-error.ts';
import type { BodyLimit, BufferedResponse, HttpRequest, StreamedResponse } from '../transport/message.ts';
import type { Transport } from '../transport/transport.ts';
import { toApiHost } from './endpoint.ts';

/** A request to one registry: what varies between requests. */
export interface ChannelRequest extends Omit<HttpRequest, 'url' | 'authorization' | 'lane' | 'onBehalfOf'> {
  /** A path on the registry, with its query, or a whole URL that the registry named. */
  readonly target: string | URL;
  readonly lane?: HttpRequest['lane'];
  /** What the token must allow, the target of a mount first. */
  readonly access: readonly Access[];
}

/** The way to one registry: its address, its credentials and what the run may do there. */
export interface Channel {
  /** The registry as users write it. */
  readonly registry: string;
  readonly transport: Transport;
  /** The base of every URL of the registry. */
  findOrigin(): Promise<URL>;
  send(request: ChannelRequest, limit: BodyLimit): Promise<BufferedResponse>;
  open<T>(request: ChannelRequest, use: (response: StreamedResponse) => Promise<T>): Promise<T>;
  /** Where the credentials came from; undefined when none were used. */
  describeCredentials(): string | undefined;
  /** Text from outside without the secrets of this registry. */
  conceal(text: string): string;
}

export interface ChannelOptions extends Authorized {
  readonly registry: string;
  readonly access: 'read' | 'write';
}

export function createChannel(options: ChannelOptions): Channel {
  const { registry, transport, authenticator } = options;
  const findOrigin = async (): Promise<URL> => {
    const host = toApiHost(registry);
    return new URL(`${await transport.schemes.find(host)}//${host}/`);
  };
  return {
    registry,
    transport,
    findOrigin,
    send: async (request, limit) => {
      const ready = prepare(options, request, await findOrigin());
      return ready.onBehalfOf === undefined ? sendAuthorized(options, ready, limit) : transport.send(ready, limit);
    },
    open: async (request, use) => {
      const ready = prepare(options, request, await findOrigin());
      return ready.onBehalfOf === undefined ? openAuthorized(options, ready, use) : transport.open(ready, use);
    },
    describeCredentials: () => authenticator.describeSource(),
    conceal: (text) => authenticator.conceal(text),
  };
}

/** The request as it is sent; one to another origin than the registry's is marked as such and gets no credentials. */
function prepare(options: ChannelOptions, request: ChannelRequest, origin: URL): AuthorizedRequest {
  const { target, access, ...rest } = request;
  assertAllowed(options, request);
  const url = new URL(target, origin);
  const isForeign = url.origin !== origin.origin;
  return {
    ...rest,
    url,
    lane: request.lane ?? 'metadata',
    scopes: access.map(toScope),
    ...(isForeign ? { onBehalfOf: origin } : {}),
  };
}

function assertAllowed(options: ChannelOptions, request: ChannelRequest): void {
  if (options.access === 'write' || request.method === 'GET' || request.method === 'HEAD') return;
  throw new PlaitError('READ_ONLY_COMMAND', `could not ${request.purpose}: this command only reads`);
}
