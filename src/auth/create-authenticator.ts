import { listHeader } from '../transport/message.ts';
import type { AuthContext, Authenticator, AuthenticatorOptions, Rejection } from './authenticator.ts';
import { createBasicLogin } from './basic-login.ts';
import { createBearerLogin } from './bearer-login.ts';
import { type Challenge, parseChallenges, selectChallenge } from './challenge.ts';
import type { Credentials } from './credentials.ts';
import { createKeyring, hideAll, type Keyring } from './keyring.ts';
import type { Login } from './login.ts';

/** Who one is at a registry: the credentials for some of its repositories, and what came of them. */
interface Account {
  readonly keyring: Keyring;
  readonly logins: Readonly<Record<string, Login>>;
}

/**
 * Finds out from the first 401 what a registry wants, and gives it from then on without being asked: Basic, or tokens
 * from the realm it names (distribution `auth/token.md`). Credentials are looked up when the registry wants some, not
 * before; repositories with different ones share nothing, neither tokens nor refusals.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const accounts = createAccounts(options);
  let scheme: string | undefined;
  let headers: Readonly<Record<string, string>> = {};
  return {
    begin: async (context) => {
      if (scheme === undefined) return undefined;
      return (await accounts.get(context)).logins[scheme]?.begin(context);
    },
    improve: async (rejection, context) => {
      const challenge = await findChallenge({ options, headers }, rejection, context);
      if (challenge === undefined) return undefined;
      const login = (await accounts.get(context)).logins[challenge.scheme];
      if (login === undefined) return undefined;
      scheme = challenge.scheme;
      return login.answer({ ...rejection, challenge }, context);
    },
    confirm: (used, context) => {
      if (used !== undefined && scheme !== undefined) accounts.find(context)?.logins[scheme]?.confirm(used);
    },
    findHeaders: async () => {
      headers = await options.credentials.findHeaders();
      return headers;
    },
    describeSource: () => accounts.describeSources(),
    conceal: (text) =>
      accounts.list().reduce((result, { keyring }) => keyring.conceal(result), hideAll(text, Object.values(headers))),
  };
}

interface Accounts {
  get(context: AuthContext): Promise<Account>;
  /** Undefined when this repository was not asked for yet. */
  find(context: AuthContext): Account | undefined;
  list(): readonly Account[];
  describeSources(): string | undefined;
}

/** One account for each set of credentials, not for each repository: most registries know one. */
function createAccounts(options: AuthenticatorOptions): Accounts {
  const byCredentials = new Map<string, Account>();
  const byPath = new Map<string, Account>();
  const list = (): readonly Account[] => [...byCredentials.values()];
  return {
    get: async (context) => {
      const path = toPath(context);
      const known = byPath.get(path);
      if (known !== undefined) return known;
      const credentials = await options.credentials.find(options.registry, path);
      const key = JSON.stringify(credentials ?? null);
      const account = byCredentials.get(key) ?? createAccount(options, credentials);
      byCredentials.set(key, account);
      byPath.set(path, account);
      return account;
    },
    find: (context) => byPath.get(toPath(context)),
    list,
    describeSources: () => {
      const sources = list().flatMap(({ keyring }) => keyring.describeSource() ?? []);
      return sources.length === 0 ? undefined : sources.join(' or ');
    },
  };
}

/** The repository whose credentials count: the first, which for a mount is the target. */
function toPath({ scopes }: AuthContext): string {
  return scopes[0]?.type === 'repository' ? scopes[0].name : '';
}

function createAccount(options: AuthenticatorOptions, credentials: Credentials | undefined): Account {
  const keyring = createKeyring(credentials);
  return {
    keyring,
    logins: { basic: createBasicLogin(options.registry, keyring), bearer: createBearerLogin(options, keyring) },
  };
}

interface ChallengeContext {
  readonly options: AuthenticatorOptions;
  readonly headers: Readonly<Record<string, string>>;
}

/** The challenge to answer. Some registries send none with the 401, but do so at `/v2/`; its scope is not ours then. */
async function findChallenge(
  { options, headers }: ChallengeContext,
  rejection: Rejection,
  context: AuthContext,
): Promise<Challenge | undefined> {
  const own = parseChallenges(listHeader(rejection.headers, 'www-authenticate'));
  if (own.length > 0 || rejection.used !== undefined) return selectChallenge(own);
  const { purpose, signal } = context;
  const ping = await options.transport.send(
    { method: 'GET', url: new URL('/v2/', rejection.url), purpose, lane: 'metadata', headers, signal },
    { maxBytes: 64 * 1024 },
  );
  if (ping.status !== 401 || ping.crossedOrigin) return undefined;
  const challenge = selectChallenge(parseChallenges(listHeader(ping.headers, 'www-authenticate')));
  return (
    challenge && { ...challenge, parameters: new Map([...challenge.parameters].filter(([name]) => name !== 'scope')) }
  );
}
