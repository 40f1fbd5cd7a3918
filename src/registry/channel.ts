import { type Authorized, type AuthorizedRequest, openAuthorized, sendAuthorized } from '../auth/authorized.ts';
import { type Access, toScope } from '../auth/scope.ts';
import { PlaitError } from '../errors/plait-error.ts';
import type { BodyLimit, BufferedResponse, HttpRequest, HttpResponse, StreamedResponse } from '../transport/message.ts';
import type { Transport } from '../transport/transport.ts';
import { toApiHost } from './endpoint.ts';
import type { RegistryMemory } from './memory.ts';
import { assertTakesWrites, toSourceOnly } from './read-only.ts';
import { parseWarnings, type Warnings } from './warnings.ts';

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
  readonly memory: RegistryMemory;
  /** The base of every URL of the registry. */
  findOrigin(): Promise<URL>;
  send(request: ChannelRequest, limit: BodyLimit): Promise<BufferedResponse>;
  open<T>(request: ChannelRequest, use: (response: StreamedResponse) => Promise<T>): Promise<T>;
  /** Gets what such a request will need to be let in, as far as that is known yet. Throws as the request would. */
  prepare(request: Pick<ChannelRequest, 'method' | 'access' | 'purpose' | 'signal'>): Promise<void>;
  /** Where the credentials came from; undefined when none were used. */
  describeCredentials(): string | undefined;
  /** Text from outside without the secrets of this registry. */
  conceal(text: string): string;
}

export interface ChannelOptions extends Authorized {
  readonly registry: string;
  readonly access: 'read' | 'write';
  /** True when the user allows only reading here. */
  readonly readOnly: boolean;
  /** The origin to talk to when this machine knows another one than the registry itself. */
  readonly findServer: () => Promise<URL | undefined>;
  /** Throws when this machine forbids to talk to this repository. */
  readonly assertUnblocked: (path: string, purpose: string) => Promise<void>;
  readonly memory: RegistryMemory;
  readonly warnings: Warnings;
}

export function createChannel(options: ChannelOptions): Channel {
  const { registry, transport, memory, authenticator } = options;
  const findOrigin = async (): Promise<URL> => {
    const host = toApiHost(registry);
    return (await options.findServer()) ?? new URL(`${await transport.schemes.find(host)}//${host}/`);
  };
  const makeReady = async (request: ChannelRequest): Promise<AuthorizedRequest> => {
    assertAllowed(options, request);
    await options.assertUnblocked(request.access[0]?.path ?? '', request.purpose);
    return { ...prepare(request, await findOrigin()), check: () => recheck(options, request) };
  };
  return {
    registry,
    transport,
    memory,
    findOrigin,
    send: async (request, limit) => {
      const ready = await makeReady(request);
      const isForeign = ready.onBehalfOf !== undefined;
      const response = await (isForeign ? transport.send(ready, limit) : sendAuthorized(options, ready, limit));
      noteWarnings(options, response, isForeign);
      return response;
    },
    open: async (request, use) => {
      const ready = await makeReady(request);
      const isForeign = ready.onBehalfOf !== undefined;
      const noteAndUse: typeof use = (response) => {
        noteWarnings(options, response, isForeign);
        return use(response);
      };
      return isForeign ? transport.open(ready, noteAndUse) : openAuthorized(options, ready, noteAndUse);
    },
    prepare: async (request) => {
      assertAllowed(options, request);
      await options.assertUnblocked(request.access[0]?.path ?? '', request.purpose);
      await authenticator.begin({ ...request, scopes: request.access.map(toScope) });
    },
    describeCredentials: () => authenticator.describeSource(),
    conceal: (text) => authenticator.conceal(text),
  };
}

/** What was learned while a request waited for its turn may have made it pointless. */
function recheck(options: ChannelOptions, request: ChannelRequest): void {
  assertAllowed(options, request);
  request.check?.();
}

/** Keeps what the registry itself warns of; the stores that it sends us to have nothing to say in its name. */
function noteWarnings(options: ChannelOptions, response: HttpResponse, isForeign: boolean): void {
  if (isForeign || response.crossedOrigin) return;
  const texts = parseWarnings(response.headers);
  if (texts.length > 0)
    options.warnings.note(
      options.registry,
      texts.map((text) => options.authenticator.conceal(text)),
    );
}

/** The request as it is sent; one to another origin than the registry's is marked as such and gets no credentials. */
function prepare(request: ChannelRequest, origin: URL): AuthorizedRequest {
  const { target, access, ...rest } = request;
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

function assertAllowed(
  { access, readOnly, registry, memory }: ChannelOptions,
  request: Pick<ChannelRequest, 'method' | 'purpose'>,
): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  if (access !== 'write')
    throw new PlaitError('READ_ONLY_COMMAND', `could not ${request.purpose}: this command only reads`);
  if (readOnly) throw toSourceOnly(registry, request.purpose);
  assertTakesWrites(memory, registry, request.purpose);
}
