import type { BodyLimit, BufferedResponse, HttpRequest, HttpResponse, StreamedResponse } from '../transport/message.ts';
import type { Transport } from '../transport/transport.ts';
import type { Authenticator } from './authenticator.ts';
import type { FirstContact } from './first-contact.ts';
import type { Scope } from './scope.ts';

/** How often one request is tried with better credentials. */
const MAX_ROUNDS = 2;
const MAX_REJECTION_BYTES = 64 * 1024;

/** A transport that is let in by one registry. */
export interface Authorized {
  readonly transport: Transport;
  readonly authenticator: Authenticator;
  readonly firstContact: FirstContact;
}

export interface AuthorizedRequest extends Omit<HttpRequest, 'authorization'> {
  readonly scopes: readonly Scope[];
}

/** As {@link Transport.send}, authorised for `scopes`. A 401 that cannot be helped is returned. */
export async function sendAuthorized(
  authorized: Authorized,
  request: AuthorizedRequest,
  limit: BodyLimit,
): Promise<BufferedResponse> {
  const tried = await authorize<BufferedResponse>(authorized, request, async (ready) => {
    const response = await authorized.transport.send(ready, limit);
    return isRejected(response) ? { rejected: response } : { value: response };
  });
  return 'rejected' in tried ? tried.rejected : tried.value;
}

/** As {@link Transport.open}, authorised for `scopes`. `use` sees only the final answer. */
export async function openAuthorized<T>(
  authorized: Authorized,
  request: AuthorizedRequest,
  use: (response: StreamedResponse) => Promise<T>,
): Promise<T> {
  const tried = await authorize<T>(authorized, request, (ready, letIn) =>
    authorized.transport.open<Tried<T>>(ready, async (response) => {
      if (!isRejected(response)) {
        letIn();
        return { value: await use(response) };
      }
      return { rejected: { ...response, body: await response.readBeginning(MAX_REJECTION_BYTES) } };
    }),
  );
  return 'rejected' in tried ? use(toStreamed(tried.rejected)) : tried.value;
}

type Tried<T> = { readonly value: T } | { readonly rejected: BufferedResponse };

function isRejected(response: HttpResponse): boolean {
  // A 401 from where a redirect led is not for us: answering it would carry credentials off the origin.
  return response.status === 401 && !response.crossedOrigin;
}

/** Sends the request once. `letIn` may be called before the end, as soon as the registry has let it in. */
type Attempt<T> = (ready: HttpRequest, letIn: () => void) => Promise<Tried<T>>;

async function authorize<T>(
  authorized: Authorized,
  request: AuthorizedRequest,
  attempt: Attempt<T>,
): Promise<Tried<T>> {
  const run = (learned: () => void): Promise<Tried<T>> =>
    tryToGetIn(authorized.authenticator, request, { attempt, learned });
  // An upload is fed by a request that may itself be the first, and must not wait for that to end.
  return isRepeatable(request) ? authorized.firstContact.run(run) : run(() => undefined);
}

interface Entry<T> {
  readonly attempt: Attempt<T>;
  /** Called when the registry is known well enough for others to go ahead. */
  readonly learned: () => void;
}

async function tryToGetIn<T>(
  authenticator: Authenticator,
  request: AuthorizedRequest,
  { attempt, learned }: Entry<T>,
): Promise<Tried<T>> {
  const context = { ...request, learned };
  const ready = { ...request, headers: { ...(await authenticator.findHeaders()), ...request.headers } };
  let used = await authenticator.begin(context);
  for (let round = 0; ; round += 1) {
    const tried = await unlessFailed(
      attempt(used === undefined ? ready : { ...ready, authorization: used }, learned),
      learned,
    );
    if ('value' in tried) {
      learned();
      authenticator.confirm(used, context);
      return tried;
    }
    const { headers, url } = tried.rejected;
    const better = round < MAX_ROUNDS ? await authenticator.improve({ headers, url, used }, context) : undefined;
    // Nobody has credentials to be spared the refusal of.
    if (used === undefined && better === undefined) learned();
    if (better === undefined || !isRepeatable(request)) return tried;
    used = better;
  }
}

/** A registry that does not answer teaches nothing, and those that wait would each wait for it in vain. */
async function unlessFailed<T>(attempt: Promise<T>, learned: () => void): Promise<T> {
  try {
    return await attempt;
  } catch (error) {
    learned();
    throw error;
  }
}

function isRepeatable(request: AuthorizedRequest): boolean {
  return request.body === undefined || request.body instanceof Uint8Array;
}

function toStreamed(response: BufferedResponse): StreamedResponse {
  return {
    ...response,
    chunks: toChunks(response.body),
    readBeginning: (maxBytes) => Promise.resolve(response.body.subarray(0, maxBytes)),
  };
}

async function* toChunks(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(body);
}
