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

export function createTokenCache(clock: Clock): TokenCache {
  const store = createTokenStore(clock);
  const underWay = new Map<string, Promise<Token>>();
  const fetchOnce = async (key: string, task: () => Promise<Token>): Promise<Token> => {
    const own = task();
    underWay.set(key, own);
    try {
      return await own;
    } finally {
      underWay.delete(key);
    }
  };
  return {
    ...store,
    obtain: async (scopes, fetch) => {
      const key = toScopeKey(scopes);
      for (;;) {
        const known = store.findFresh(scopes);
        if (known !== undefined) return known;
        const other = underWay.get(key);
        if (other === undefined) return fetchOnce(key, async () => store.add(await request(clock, scopes, fetch)));
        const token = await unlessInterrupted(other);
        if (token !== undefined) return token;
      }
    },
  };
}

/** The outcome for one who waited for somebody else; undefined when that one was interrupted, which is not for others. */
async function unlessInterrupted(other: Promise<Token>): Promise<Token | undefined> {
  try {
    return await other;
  } catch (error) {
    if (isPlaitError(error, 'INTERRUPTED')) return undefined;
    throw error;
  }
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
        return isGood && (scopes.length > 0 ? coversScopes(token.scopes, scopes) : token.scopes.length === 0);
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
