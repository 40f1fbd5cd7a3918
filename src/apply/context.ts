import type { RegistryClient, RequestOptions } from '../registry/client.ts';
import type { RegistryLimit } from '../registry/registry-limit.ts';
import type { Clock } from '../transport/clock.ts';

export type ApplyPhase = 'check' | 'copy' | 'referrers' | 'push' | 'tag' | 'verify' | 'settle' | 'delete';

/** What an apply tells while it works, for progress lines. */
export type ApplyEvent =
  | { readonly kind: 'phase'; readonly phase: ApplyPhase; readonly total: number }
  | { readonly kind: 'step'; readonly phase: ApplyPhase; readonly label: string }
  /** Bytes of blobs moved, since the last event. */
  | { readonly kind: 'bytes'; readonly bytes: number };

/** True after SIGINT or SIGTERM: what has not begun does not begin any more. */
export function isInterrupted({ signal }: Pick<ApplyContext, 'signal'>): boolean {
  return signal?.aborted === true;
}

/** What every step of one apply needs. */
export interface ApplyContext {
  readonly client: RegistryClient;
  readonly clock: Clock;
  /** Aborts reads and copies. A tag being moved is never cut off: it ends, and no other starts. */
  readonly signal: AbortSignal | undefined;
  readonly readOptions: RequestOptions;
  /** Of pushes of an index: what ends their waits. */
  readonly pushOptions: RequestOptions;
  readonly limit: RegistryLimit;
  readonly emit: (event: ApplyEvent) => void;
  /** Registries that were asked to move several tags at once and did not confirm it. */
  readonly singleTagOnly: Set<string>;
}
