import { PlaitError } from '../errors/plait-error.ts';
import { type BufferedResponse, listHeader } from '../transport/message.ts';
import { resolveLocation } from '../transport/redirect.ts';

const LINK = /<([^<>]*)>((?:\s*;\s*[a-z*]+\s*=\s*(?:"[^"]*"|[^\s",;]+))*)/gi;

/**
 * Where a Link header says that the next page is (RFC 8288), read as relative to the page; undefined when it says
 * nothing. Throws REGISTRY_PROTOCOL when it leads to another host: the credentials are not for there.
 */
export function findNextLink(response: BufferedResponse, purpose: string): URL | undefined {
  const target = listHeader(response.headers, 'link')
    .map(findNextTarget)
    .find((found) => found !== undefined);
  if (target === undefined) return undefined;
  const url = resolveLocation(target, response.url);
  if (url !== undefined && url.origin === response.url.origin) return url;
  throw new PlaitError('REGISTRY_PROTOCOL', `could not ${purpose}: ${response.url.host} continues the list elsewhere`, {
    hint: 'Plait follows lists only on the same host; check the set-up of the proxy in front of the registry',
  });
}

function findNextTarget(header: string): string | undefined {
  for (const [, target, parameters = ''] of header.slice(0, 8192).matchAll(LINK)) {
    if (/;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next(?=\s*(?:;|$)))/i.test(parameters)) return target;
  }
  return undefined;
}
