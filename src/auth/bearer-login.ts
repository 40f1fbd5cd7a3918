import { isPlaitError, type PlaitError } from '../errors/plait-error.ts';
import type { AuthContext, AuthenticatorOptions } from './authenticator.ts';
import { fetchToken } from './fetch-token.ts';
import type { Keyring } from './keyring.ts';
import type { Challenged, Login } from './login.ts';
import { assertTrusted, parseRealm } from './realm.ts';
import { createRejections, type Refused, type Rejections } from './rejections.ts';
import { limitToPull, parseScopes, type Scope, toScopeKey, uniteScopes } from './scope.ts';
import type { Grant } from './token-answer.ts';
import { createTokenCache, type TokenCache } from './token-cache.ts';
import type { TokenQuery } from './token-request.ts';

/** The token server a registry named. */
interface Realm {
  readonly text: string;
  readonly service: string | undefined;
  /** The registry that named it. */
  readonly origin: URL;
}

interface BearerState {
  readonly options: AuthenticatorOptions;
  readonly keyring: Keyring;
  readonly rejections: Rejections;
  /** One for each token server: the tokens of one are nothing to another. */
  readonly caches: Map<string, TokenCache>;
  realm: Realm | undefined;
  /** How many tokens were refused right after they were made. */
  youngDrops: number;
}

/** No token runs out within this time. */
const YOUNG_MS = 30_000;
const MAX_YOUNG_DROPS = 3;

/**
 * Bearer: a token for each set of scopes, from the realm that the registry names. Once the realm is known, tokens are
 * fetched before they are asked for, which saves a refused request for each repository.
 */
export function createBearerLogin(options: AuthenticatorOptions, keyring: Keyring): Login {
  const state: BearerState = {
    options,
    keyring,
    rejections: createRejections(),
    caches: new Map(),
    realm: undefined,
    youngDrops: 0,
  };
  return {
    begin: async (context) => (state.realm === undefined ? undefined : obtain(state, state.realm, context)),
    answer: (challenged, context) => answer(state, challenged, context),
    confirm: () => undefined,
  };
}

async function answer(state: BearerState, challenged: Challenged, context: AuthContext): Promise<string | undefined> {
  const { parameters } = challenged.challenge;
  const realm = {
    text: parameters.get('realm') ?? '',
    service: parameters.get('service'),
    origin: new URL('/', challenged.url),
  };
  state.realm = realm;
  if (parameters.get('error') !== 'insufficient_scope') dropSpent(state, realm, challenged);
  const scopes = uniteScopes(context.scopes, selectSuggested(state, parameters.get('scope') ?? ''));
  const header = await obtain(state, realm, { ...context, scopes });
  return header === challenged.used ? undefined : header;
}

/** What the registry says the request needs; a command that only reads takes up no other right than to pull. */
function selectSuggested(state: BearerState, text: string): readonly Scope[] {
  const suggested = parseScopes(text);
  return state.options.access === 'read' ? limitToPull(suggested) : suggested;
}

/**
 * Forgets a refused token, so that a fresh one is fetched. One just made cannot have run out, so that a few of those
 * mean that fresh ones do not help: the next ones are kept, and their refusals final.
 */
function dropSpent(state: BearerState, realm: Realm, { used, challenge }: Challenged): void {
  const cache = cacheOf(state, realm);
  const token = cache.find(used?.replace(/^Bearer /, '') ?? '');
  if (token === undefined) return;
  const isYoung = state.options.clock.elapsed() - token.madeAtMs < YOUNG_MS;
  if (isYoung && (challenge.parameters.get('error') !== 'invalid_token' || state.youngDrops >= MAX_YOUNG_DROPS)) return;
  if (isYoung) state.youngDrops += 1;
  cache.drop(token.value);
}

function cacheOf(state: BearerState, realm: Realm): TokenCache {
  const key = `${realm.text} ${realm.service ?? ''}`;
  const known = state.caches.get(key);
  if (known !== undefined) return known;
  const cache = createTokenCache(state.options.clock);
  state.caches.set(key, cache);
  return cache;
}

async function obtain(state: BearerState, realm: Realm, context: AuthContext): Promise<string> {
  const credentials = state.keyring.find();
  // A password that may be wrong is tried by one alone: accounts get locked.
  if (credentials?.kind !== 'password') context.learned?.();
  if (credentials?.kind === 'registry-token') return `Bearer ${credentials.token}`;
  const query = { credentials, realm, context };
  const token = await cacheOf(state, realm).obtain(context.scopes, () => request(state, query));
  context.learned?.();
  return `Bearer ${token.value}`;
}

interface Query {
  readonly credentials: TokenQuery['credentials'];
  readonly realm: Realm;
  readonly context: AuthContext;
}

async function request(state: BearerState, { credentials, realm, context }: Query): Promise<Grant> {
  const { options, keyring, rejections } = state;
  const key = toScopeKey(context.scopes);
  rejections.assertOpen(key, context.purpose);
  const about = { ...options, origin: realm.origin, purpose: context.purpose };
  const url = parseRealm(realm.text, about);
  if (credentials !== undefined) assertTrusted(url, about);
  const conceal = (text: string): string => keyring.conceal(text);
  try {
    const check = (): void => rejections.assertOpen(key, context.purpose);
    const grant = await fetchToken(options.transport, {
      ...context,
      ...realm,
      realm: url,
      registry: options.registry,
      credentials,
      conceal,
      check,
    });
    rejections.confirm();
    keyring.hide(grant.token);
    if (grant.refreshToken !== undefined) keyring.replaceIdentity(grant.refreshToken);
    return grant;
  } catch (error) {
    if (isRefusal(error)) rejections.add(key, toRefused(error, context.purpose));
    throw error;
  }
}

function isRefusal(error: unknown): error is PlaitError {
  return isPlaitError(error, 'REGISTRY_UNAUTHORIZED') || isPlaitError(error, 'REGISTRY_DENIED');
}

function toRefused({ code, message, hint, status }: PlaitError, purpose: string): Refused {
  return { code, what: message.replace(`could not ${purpose}: `, ''), hint, status };
}
