import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RegistryFault } from './fault.ts';
import type { Mutex } from './mutex.ts';
import type { RegistryStore } from './store.ts';
import type { UploadSessions } from './uploads.ts';

/** Switches that make the registry behave as others do. All on unless said otherwise. */
export interface Features {
  /** `PUT <digest>?tag=`; off: the query is ignored in silence, as distribution does. */
  readonly multiTag: boolean;
  /** Mounting from another repository; off: always a new upload session. */
  readonly mount: boolean;
  /** Mounting without `from`, out of any repository that has the blob; off: a new upload session. */
  readonly anonymousMount: boolean;
  /** A blob in the one POST; off: always a new upload session, as distribution does. */
  readonly singlePost: boolean;
  /** Deleting a tag; off: 405. */
  readonly tagDelete: boolean;
  /** The referrers API and OCI-Subject; off: 404 and no header. */
  readonly referrers: boolean;
  /** Off unless asked for: takes manifests whose blobs or children are missing. */
  readonly sparse: boolean;
}

/** What the handlers work with. */
export interface Service {
  readonly store: RegistryStore;
  readonly uploads: UploadSessions;
  /** Every change of what repositories hold runs in here, so that a check and the change it is for are one step. */
  readonly changes: Mutex;
  readonly features: Features;
  /** The most tags, repositories or referrers in one answer, whatever the client asks for. */
  readonly maxPageItems: number;
}

/** One request and the answer to it. */
export interface Exchange {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number | readonly string[]>>;
  /** Sent as JSON unless it is bytes or a stream. Left out for HEAD, whose Content-Length the headers name. */
  readonly body?: Uint8Array | Readable | object;
}

/** Sends the answer. A stream is followed to its end, or to the moment the client goes away. */
export async function send({ response, method }: Exchange, answer: Answer): Promise<void> {
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  response.statusCode = answer.status;
  const { body } = answer;
  if (isStream(body)) return pipeline(body, response);
  if (body === undefined) {
    if (answer.status !== 204 && method !== 'HEAD') response.setHeader('content-length', 0);
    response.end();
    return;
  }
  const bytes = body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
  if (!response.hasHeader('content-type')) response.setHeader('content-type', 'application/json');
  response.setHeader('content-length', bytes.length);
  response.end(method === 'HEAD' ? undefined : bytes);
}

function isStream(body: Answer['body']): body is Readable {
  return body !== undefined && 'pipe' in body && typeof body.pipe === 'function';
}

/** Throws UNSUPPORTED with the methods that the endpoint does have. */
export function refuseMethod(exchange: Exchange, allowed: string): never {
  throw new RegistryFault('UNSUPPORTED', `${exchange.method} is not for this address`, { headers: { allow: allowed } });
}
