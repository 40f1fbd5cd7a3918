import { type Credentials, listSecrets } from './credentials.ts';

/** The credentials for some repositories of a registry, and every secret that came of them. */
export interface Keyring {
  /** Undefined for a stranger. */
  find(): Credentials | undefined;
  /** Puts another identity token in the place of the one that was used up. */
  replaceIdentity(token: string): void;
  /** Remembers a secret that must never be shown. */
  hide(secret: string): void;
  /** `credentials from …`; undefined when there are none. */
  describeSource(): string | undefined;
  /** `text` without any of the secrets. */
  conceal(text: string): string;
}

const HIDDEN = '[hidden]';

/** Shorter ones would blot out ordinary words, and are no secrets. */
const MIN_SECRET_CHARS = 4;

export function createKeyring(credentials: Credentials | undefined): Keyring {
  const secrets = new Set<string>();
  let held: Credentials | undefined;
  const hold = (given: Credentials): void => {
    held = given;
    for (const secret of listSecrets(given)) secrets.add(secret);
  };
  if (credentials !== undefined) hold(credentials);
  return {
    find: () => held,
    replaceIdentity: (token) => {
      if (held?.kind === 'identity-token') hold({ ...held, token });
    },
    hide: (secret) => void secrets.add(secret),
    describeSource: () => held?.source,
    conceal: (text) => hideAll(text, [...secrets]),
  };
}

/** `text` without any of `secrets`, the longest first: one may be part of another. */
export function hideAll(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= MIN_SECRET_CHARS)
    .sort((a, b) => b.length - a.length)
    .reduce((result, secret) => result.replaceAll(secret, HIDDEN), text);
}
