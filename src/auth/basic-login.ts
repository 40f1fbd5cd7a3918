import { type Credentials, hintToRenew, toBasicHeader } from './credentials.ts';
import type { Keyring } from './keyring.ts';
import type { Login } from './login.ts';
import { createRejections, type Refused } from './rejections.ts';
import { toScopeKey } from './scope.ts';

/** Basic: the same header for every request, sent without being asked once the registry wanted it (RFC 7617). */
export function createBasicLogin(registry: string, keyring: Keyring): Login {
  const rejections = createRejections();
  return {
    begin: async ({ scopes, purpose }) => {
      rejections.assertOpen(toScopeKey(scopes), purpose);
      return toHeader(keyring.find());
    },
    answer: async ({ used }, { scopes, purpose }) => {
      const key = toScopeKey(scopes);
      rejections.assertOpen(key, purpose);
      const header = toHeader(keyring.find());
      if (used === undefined || header === undefined) return header;
      rejections.add(key, toRefused(registry, keyring.describeSource() ?? 'credentials'));
      return undefined;
    },
    confirm: () => rejections.confirm(),
  };
}

/** A ready token goes to the registry whatever scheme it names; an identity token is of no use without a token server. */
function toHeader(credentials: Credentials | undefined): string | undefined {
  switch (credentials?.kind) {
    case undefined:
    case 'identity-token':
      return undefined;
    case 'password':
      return toBasicHeader(credentials.username, credentials.password);
    case 'registry-token':
      return `Bearer ${credentials.token}`;
    default:
      return credentials satisfies never;
  }
}

function toRefused(registry: string, source: string): Refused {
  return {
    code: 'REGISTRY_UNAUTHORIZED',
    what: `${registry} did not accept the ${source}`,
    hint: hintToRenew(registry),
    status: 401,
  };
}
