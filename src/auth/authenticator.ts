import type { Clock } from '../transport/clock.ts';
import type { ResponseHeaders } from '../transport/message.ts';
import type { Transport } from '../transport/transport.ts';
import type { CredentialFinder } from './credential-finder.ts';
import type { Scope } from './scope.ts';

/** A 401 of the registry itself, never one met after a redirect to another origin. */
export interface Rejection {
  readonly headers: ResponseHeaders;
  readonly url: URL;
  /** The Authorization that was sent; undefined when there was none. */
  readonly used: string | undefined;
}

/** What a request is for, while it is being authorised. */
export interface AuthContext {
  readonly scopes: readonly Scope[];
  /** Completes "could not …" in errors. */
  readonly purpose: string;
  readonly signal?: AbortSignal | undefined;
  /** Called as soon as other requests can be authorised without being refused first. */
  readonly learned?: () => void;
}

/** Knows how to be let in by one registry. */
export interface Authenticator {
  /** The Authorization to start with; undefined before the registry told what it wants. */
  begin(context: AuthContext): Promise<string | undefined>;
  /**
   * A better Authorization after a 401; undefined when there is none. Throws when the credentials are known to be
   * wrong, cannot be read, or must not be sent where the registry wants them.
   */
  improve(rejection: Rejection, context: AuthContext): Promise<string | undefined>;
  /** Tells that the registry let in what was sent. */
  confirm(used: string | undefined, context: AuthContext): void;
  /** What the user adds to every request to this registry; names in lower case, none that Plait sets itself. */
  findHeaders(): Promise<Readonly<Record<string, string>>>;
  /** Where the credentials came from, as `credentials from ~/.docker/config.json`; undefined when none were used. */
  describeSource(): string | undefined;
  /** `text` without any secret this authenticator holds. */
  conceal(text: string): string;
}

/** What an authenticator works with. */
export interface AuthenticatorOptions {
  /** As users write it; the key of its credentials. */
  readonly registry: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly credentials: CredentialFinder;
  readonly trustedRealms: readonly string[];
  /** 'read' asks token servers for `pull` only, whatever the registry suggests. */
  readonly access: 'read' | 'write';
}
