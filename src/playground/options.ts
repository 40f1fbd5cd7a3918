import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Features } from './exchange.ts';
import type { RegistryStore } from './store.ts';
import type { UploadLimits } from './uploads.ts';

/** A hook around a request: true when it has answered, or will answer, the request itself. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

export interface PlaygroundOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Keeps the content in this folder; in memory when left out. */
  readonly directory?: string;
  /** True puts the sample images in; a function, what it likes. */
  readonly seed?: boolean | ((store: RegistryStore) => Promise<void>);
  /** Answers every write with 405. */
  readonly readOnly?: boolean;
  /** Asks every request for these credentials (Basic). */
  readonly basicAuth?: { readonly username: string; readonly password: string };
  readonly features?: Partial<Features>;
  readonly limits?: Partial<UploadLimits>;
  /** The most items in one page of a listing, 10,000 when left out. */
  readonly maxPageItems?: number;
  /** A monotonic clock in milliseconds; uploads that lie idle are forgotten only when there is one. */
  readonly elapsedMs?: () => number;
  /** Called when the headers of a request are in, before anything is done about it. */
  readonly intercept?: Intercept;
  /** Called when a request is processed, or refused, and nothing of the answer is sent yet. */
  readonly beforeAnswer?: Intercept;
}
