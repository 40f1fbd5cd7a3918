import { isPlaitError } from '../errors/plait-error.ts';
import type { Clock } from '../transport/clock.ts';
import { coversScopes, type Scope, toScopeKey } from './scope.ts';
import type { Grant } from './token-answer.ts';

/** A token and what it was asked for. */
export interface Token {
  readonly value: string;
  readonly scopes: readonly Scope[];
  /** When it was asked for, on the monotonic clock. */
  readonly madeAtMs: number;
  /** From when on it is not used any more, on the same clock. */
  readonly staleAtMs: number;
}

/** The tokens of one registry, one realm and one user. */
export interface TokenCache {
  /** The token for these scopes: one that is known and allows them, else a new one, asked for once however many want it. */
  obtain(scopes: readonly Scope[], fetch: () => Promise<Grant>): Promise<Token>;
  /** The token with this value; undefined when it is not, or no longer, known. */
  find(value: string): Token | undefined;
  /** Forgets a token that the registry does not take any more. */
  drop(value: string): void;
}

/** A token is given up this long before it ends, or a tenth of its life before if that is longer. */
const MARGIN_MS = 5_000;
const MARGIN_SHARE = 0.1;

/** A token that is being asked for. */
interface Flight {
  readonly scopes: readonly Scope[];
  readonly token: Promise<Token>;
}

export function createTokenCache(clock: Clock): TokenCache {
  const store = createTokenStore(clock);
  /** By the first resource, which is all that most are for. */
  const flights = new Map<string, readonly Flight[]>();
  const start = async (scopes: readonly Scope[], fetch: () => Promise<Grant>): Promise<Token> => {
    const resource = toResource(scopes[0]);
    const own: Flight = { scopes, token: request(clock, scopes, fetch) };
    flights.set(resource, [...(flights.get(resource) ?? []), own]);
    try {
      return store.add(await own.token);
    } finally {
      const others = (flights.get(resource) ?? []).filter((flight) => flight !== own);
      if (others.length === 0) flights.delete(resource);
      else flights.set(resource, others);
    }
  };
  const findFlight = (scopes: readonly Scope[]): Flight | undefined =>
    flights.get(toResource(scopes[0]))?.find((flight) => allows(flight.scopes, scopes));
  return {
    ...store,
    obtain: async (scopes, fetch) => {
      for (;;) {
        const known = store.findFresh(scopes);
        if (known !== undefined) return known;
        const other = findFlight(scopes);
        if (other === undefined) return start(scopes, fetch);
        const token = await join(other, scopes);
        if (token !== undefined) return token;
      }
    },
  };
}

/**
 * The outcome for one who waited for somebody else; undefined when it is not for others: that one was interrupted, or was
 * refused something larger.
 */
async function join(flight: Flight, scopes: readonly Scope[]): Promise<Token | undefined> {
  try {
    return await flight.token;
  } catch (error) {
    if (isPlaitError(error, 'INTERRUPTED') || toScopeKey(flight.scopes) !== toScopeKey(scopes)) return undefined;
    throw error;
  }
}

/** True when a token for `given` is one for `wanted` too. One for nothing is for nothing else. */
function allows(given: readonly Scope[], wanted: readonly Scope[]): boolean {
  return wanted.length > 0 ? coversScopes(given, wanted) : given.length === 0;
}

interface TokenStore extends Pick<TokenCache, 'find' | 'drop'> {
  add(token: Token): Token;
  /** A token that is still good and allows all of `scopes`. */
  findFresh(scopes: readonly Scope[]): Token | undefined;
}

function createTokenStore(clock: Clock): TokenStore {
  const byValue = new Map<string, Token>();
  const byResource = new Map<string, readonly Token[]>();
  const listFor = (scopes: readonly Scope[]): readonly Token[] => byResource.get(toResource(scopes[0])) ?? [];
  return {
    find: (value) => byValue.get(value),
    drop: (value) => void byValue.delete(value),
    findFresh: (scopes) =>
      listFor(scopes).find((token) => {
        const isGood = byValue.has(token.value) && token.staleAtMs > clock.elapsed();
        return isGood && allows(token.scopes, scopes);
      }),
    add: (token) => {
      byValue.set(token.value, token);
      for (const resource of new Set(token.scopes.length === 0 ? [''] : token.scopes.map(toResource))) {
        const kept = (byResource.get(resource) ?? []).filter(
          (other) => byValue.has(other.value) && other.staleAtMs > clock.elapsed(),
        );
        byResource.set(resource, [...kept, token]);
      }
      return token;
    },
  };
}

function toResource(scope: Scope | undefined): string {
  return scope === undefined ? '' : `${scope.type}:${scope.name}`;
}

async function request(clock: Clock, scopes: readonly Scope[], fetch: () => Promise<Grant>): Promise<Token> {
  // From before the request: the server's clock started at the latest when it answered.
  const madeAtMs = clock.elapsed();
  const { token, lifetimeMs } = await fetch();
  const staleAtMs = madeAtMs + lifetimeMs - Math.max(MARGIN_MS, lifetimeMs * MARGIN_SHARE);
  return { value: token, scopes, madeAtMs, staleAtMs };
}
