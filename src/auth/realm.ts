import { PlaitError } from '../errors/plait-error.ts';
import { cleanText } from '../errors/redact.ts';
import { isLoopback } from '../oci/repository.ts';
import { sharesParentDomain } from './parent-domain.ts';

/** Token servers on other hosts that are known to be the registry's own. */
const KNOWN_REALMS: Readonly<Record<string, string>> = {
  'registry-1.docker.io': 'auth.docker.io',
  'registry.hub.docker.com': 'auth.docker.io',
  'registry.gitlab.com': 'gitlab.com',
};

/** Who named a realm, and what is said about it. */
export interface RealmContext {
  readonly registry: string;
  /** The URL the registry is spoken to at. */
  readonly origin: URL;
  /** Hosts the user trusts with the credentials of this registry. */
  readonly trustedRealms: readonly string[];
  /** Completes "could not …". */
  readonly purpose: string;
}

/**
 * The token server a challenge names. Throws REALM_REFUSED for what may not even be asked anonymously: anything but
 * https, except where the registry itself is spoken to in the clear or is on this machine.
 */
export function parseRealm(text: string, context: RealmContext): URL {
  if (!URL.canParse(text)) throw refuse(context, cleanText(text, 100), 'which is not a URL');
  const realm = new URL(text);
  const where = cleanText(realm.host === '' ? realm.protocol : realm.host, 100);
  if (realm.protocol !== 'https:' && realm.protocol !== 'http:') throw refuse(context, where, 'which is not https');
  if (realm.username !== '' || realm.password !== '') throw refuse(context, where, 'with a user name in the URL');
  if (realm.hash !== '') throw refuse(context, where, 'with a fragment in the URL');
  if (realm.protocol === 'http:' && !mayBePlain(realm, context.origin)) throw refuse(context, where, 'without TLS');
  return realm;
}

function mayBePlain(realm: URL, origin: URL): boolean {
  if (isLoopback(realm.host) && isLoopback(origin.host)) return true;
  return origin.protocol === 'http:' && realm.hostname === origin.hostname;
}

/** Throws REALM_REFUSED unless the token server may get the credentials of the registry. */
export function assertTrusted(realm: URL, context: RealmContext): void {
  const { origin, trustedRealms, registry } = context;
  if (realm.hostname === origin.hostname || (isLoopback(realm.host) && isLoopback(origin.host))) return;
  if (KNOWN_REALMS[origin.hostname] === realm.hostname || sharesParentDomain(realm.hostname, origin.hostname)) return;
  if (trustedRealms.some((host) => host.toLowerCase() === realm.host || host.toLowerCase() === realm.hostname)) return;
  throw new PlaitError(
    'REALM_REFUSED',
    `could not ${context.purpose}: ${registry} wants its credentials sent to ${realm.host}, which is not known to belong to it`,
    { hint: `if it does, set \`trustedRealms: [${realm.host}]\` for ${registry} under \`registries\`` },
  );
}

function refuse(context: RealmContext, where: string, problem: string): PlaitError {
  return new PlaitError(
    'REALM_REFUSED',
    `could not ${context.purpose}: ${context.registry} names ${where} as its token server, ${problem}`,
    { hint: `whoever runs ${context.registry} must correct the \`realm\` in its token settings to an https URL` },
  );
}
