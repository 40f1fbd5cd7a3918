import { isIP } from 'node:net';

/** Domains below which anyone can have a name, so that sharing them means nothing. */
const OPEN_DOMAINS: readonly string[] = [
  'amazonaws.com',
  'appspot.com',
  'azurecr.io',
  'azurewebsites.net',
  'cloudapp.net',
  'cloudfront.net',
  'digitaloceanspaces.com',
  'fly.dev',
  'github.io',
  'gitlab.io',
  'herokuapp.com',
  'netlify.app',
  'ngrok.io',
  'onrender.com',
  'pages.dev',
  'pkg.dev',
  'run.app',
  'sslip.io',
  'nip.io',
  'vercel.app',
  'web.app',
  'windows.net',
  'workers.dev',
];

/** Second level under a country that is as open as a top level: `co.uk`, `com.au`. */
const OPEN_SECOND_LEVEL = /^(?:ac|co|com|edu|go|gob|gov|gv|ltd|me|mil|ne|net|nom|or|org|plc|sch)\.[a-z]{2}$/;

/**
 * True when two different host names belong together by name: siblings such as `auth.example.com` and
 * `registry.example.com`, or one below the other. Not so for names under a domain that is open to anyone.
 */
export function sharesParentDomain(a: string, b: string): boolean {
  if (isIP(a) !== 0 || isIP(b) !== 0 || a.startsWith('[') || b.startsWith('[')) return false;
  const parent = toParent(b);
  return isOwned(parent) ? a === parent || a.endsWith(`.${parent}`) : isOwned(b) && a.endsWith(`.${b}`);
}

function toParent(host: string): string {
  return host.slice(host.indexOf('.') + 1);
}

function isOwned(domain: string): boolean {
  if (!domain.includes('.') || OPEN_SECOND_LEVEL.test(domain)) return false;
  return !OPEN_DOMAINS.some((open) => domain === open || domain.endsWith(`.${open}`));
}
