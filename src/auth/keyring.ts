import type { CredentialFinder } from './credential-finder.ts';
import { type Credentials, listSecrets } from './credentials.ts';

/** The credentials of one registry, and every secret that came of them. */
export interface Keyring {
  /** Looks them up on first use. */
  find(): Promise<Credentials | undefined>;
  /** Puts another identity token in the place of the one that was used up. */
  replaceIdentity(token: string): void;
  /** Remembers a secret that must never be shown. */
  hide(secret: string): void;
  /** `credentials from …`; undefined when none were found, or not looked up yet. */
  describeSource(): string | undefined;
  /** `text` without any of the secrets. */
  conceal(text: string): string;
}

const HIDDEN = '[hidden]';

/** Shorter ones would blot out ordinary words, and are no secrets. */
const MIN_SECRET_CHARS = 4;

export function createKeyring(registry: string, finder: CredentialFinder): Keyring {
  const secrets = new Set<string>();
  let found: Credentials | undefined;
  const keep = (credentials: Credentials | undefined): Credentials | undefined => {
    found = credentials;
    if (credentials !== undefined) for (const secret of listSecrets(credentials)) secrets.add(secret);
    return credentials;
  };
  return {
    find: async () => found ?? keep(await finder.find(registry)),
    replaceIdentity: (token) => {
      if (found?.kind === 'identity-token') keep({ ...found, token });
    },
    hide: (secret) => void secrets.add(secret),
    describeSource: () => found?.source,
    conceal: (text) =>
      [...secrets]
        .filter((secret) => secret.length >= MIN_SECRET_CHARS)
        .sort((a, b) => b.length - a.length)
        .reduce((result, secret) => result.replaceAll(secret, HIDDEN), text),
  };
}
