import type { ErrorCode } from '../errors/codes.ts';

export type Method = 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';

/**
 * Which queue of a host a request waits in. A copy holds a place in `download` while it waits for one in `upload`, and
 * never the other way round, so that copies cannot block each other.
 */
export type Lane = 'metadata' | 'download' | 'upload' | 'token';

/** A body that exists once and can therefore be sent once. `size` in bytes. */
export interface StreamBody {
  readonly size: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface HttpRequest {
  readonly method: Method;
  readonly url: URL;
  /** What is attempted on what, as the rest of "could not …"; becomes part of every error. */
  readonly purpose: string;
  readonly lane: Lane;
  /** Off the origin of `url` only the harmless ones are sent. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The Authorization header. Never leaves the origin of `url`. */
  readonly authorization?: string;
  readonly body?: Uint8Array | StreamBody;
  /**
   * The registry that named `url`. Its own address decides which addresses may be connected to: a public registry
   * cannot send us into a private network. Absent when the user named the host.
   */
  readonly onBehalfOf?: URL;
  /** 'same-origin' for a body that holds a secret. */
  readonly redirects?: 'follow' | 'same-origin';
  readonly maxRedirects?: number;
  /** Called each time it is the turn of the request; throws when it has become pointless to send it. */
  readonly check?: () => void;
  /** True for what registries count against a limit of pulls: reading a manifest, but not asking for its digest. */
  readonly countsAsPull?: boolean;
  /**
   * 'unprocessed' = try again only when the request cannot have had an effect; any other failure goes to the caller,
   * who can find out what happened.
   */
  readonly repeat?: 'always' | 'unprocessed';
  /** Overrides the time to wait for the headers of the answer, milliseconds. */
  readonly headersMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onAbort?: OnAbort;
}

/**
 * What the signal of a request ends. 'stop', and when absent: everything. 'finish': waits and repeats, but never a request
 * that was sent, so that the outcome of a write is known. 'settle': as 'finish', and the request is sent even after the
 * abort when it need not wait: it finds out what became of a write.
 */
export type OnAbort = 'stop' | 'finish' | 'settle';

/** Header names in lower case; a header sent several times is a list. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface HttpResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
  /** True when a redirect left the origin of the request: what this answer asks for must not get credentials. */
  readonly crossedOrigin: boolean;
}

export interface BufferedResponse extends HttpResponse {
  readonly body: Uint8Array;
}

export interface StreamedResponse extends HttpResponse {
  /** The body, once. Throws PlaitError when the connection breaks. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The body in memory, cut at `maxBytes`: for the text of an error. */
  readBeginning(maxBytes: number): Promise<Uint8Array>;
}

/** How much of a body is taken. */
export interface BodyLimit {
  readonly maxBytes: number;
  /** The error code for a longer one; REGISTRY_PROTOCOL when absent. */
  readonly tooLarge?: ErrorCode;
}

/** The first value of a header. */
export function findHeader(headers: ResponseHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Every value of a header, in the order received. */
export function listHeader(headers: ResponseHeaders, name: string): readonly string[] {
  const value = headers[name];
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
