import { listHeader } from '../transport/message.ts';
import type { Transport } from '../transport/transport.ts';
import type { AuthContext, Authenticator, AuthenticatorOptions, Rejection } from './authenticator.ts';
import { createBasicLogin } from './basic-login.ts';
import { createBearerLogin } from './bearer-login.ts';
import { type Challenge, parseChallenges, selectChallenge } from './challenge.ts';
import { createKeyring } from './keyring.ts';
import type { Login } from './login.ts';

/**
 * Finds out from the first 401 what a registry wants, and gives it from then on without being asked: Basic, or tokens
 * from the realm it names (distribution `auth/token.md`). Credentials are looked up when the registry wants some, not before.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const keyring = createKeyring(options.registry, options.credentials);
  const logins: Readonly<Record<string, Login>> = {
    basic: createBasicLogin(options.registry, keyring),
    bearer: createBearerLogin(options, keyring),
  };
  let current: Login | undefined;
  return {
    begin: async (context) => current?.begin(context),
    improve: async (rejection, context) => {
      const challenge = await findChallenge(options.transport, rejection, context);
      const login = challenge && logins[challenge.scheme];
      if (challenge === undefined || login === undefined) return undefined;
      current = login;
      return login.answer({ ...rejection, challenge }, context);
    },
    confirm: (used) => {
      if (used !== undefined) current?.confirm(used);
    },
    describeSource: () => keyring.describeSource(),
    conceal: (text) => keyring.conceal(text),
  };
}

/** The challenge to answer. Some registries send none with the 401, but do so at `/v2/`; its scope is not ours then. */
async function findChallenge(
  transport: Transport,
  rejection: Rejection,
  context: AuthContext,
): Promise<Challenge | undefined> {
  const own = parseChallenges(listHeader(rejection.headers, 'www-authenticate'));
  if (own.length > 0 || rejection.used !== undefined) return selectChallenge(own);
  const { purpose, signal } = context;
  const ping = await transport.send(
    { method: 'GET', url: new URL('/v2/', rejection.url), purpose, lane: 'metadata', signal },
    { maxBytes: 64 * 1024 },
  );
  if (ping.status !== 401 || ping.crossedOrigin) return undefined;
  const challenge = selectChallenge(parseChallenges(listHeader(ping.headers, 'www-authenticate')));
  return (
    challenge && { ...challenge, parameters: new Map([...challenge.parameters].filter(([name]) => name !== 'scope')) }
  );
}
