import type { AuthContext, Rejection } from './authenticator.ts';
import type { Challenge } from './challenge.ts';

/** A refusal and what the registry wants instead. */
export interface Challenged extends Rejection {
  readonly challenge: Challenge;
}

/** One scheme of authentication, as one registry wants it. */
export interface Login {
  /** The Authorization to start a request with; undefined when nothing is known to work. */
  begin(context: AuthContext): Promise<string | undefined>;
  /** The Authorization to answer a challenge with; undefined when there is nothing better than what was sent. */
  answer(challenged: Challenged, context: AuthContext): Promise<string | undefined>;
  /** Tells that the registry let in what was sent. */
  confirm(used: string): void;
}
