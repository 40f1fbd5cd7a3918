import { parseErrorBody } from '../transport/error-body.ts';
import { type BufferedResponse, findHeader, type HttpResponse } from '../transport/message.ts';

/**
 * True when a 404 without words of its own comes from the distribution API, and not from a proxy or web server in its place.
 * Only the type tells when there is one: distribution 2.8 and 3.1 name their version even where nothing of the API is,
 * as when they are set up below another path, and answer `text/plain` there. A registry that calls its JSON so, as olareg
 * and crane do, has to show it: a GET tells.
 */
export function isFromRegistry({ headers }: HttpResponse): boolean {
  const type = findHeader(headers, 'content-type');
  if (type !== undefined) return /\bjson\b/i.test(type);
  return findHeader(headers, 'docker-distribution-api-version') !== undefined;
}

const NOT_FOUND_CODES: ReadonlySet<string> = new Set(['MANIFEST_UNKNOWN', 'NAME_UNKNOWN', 'NOT_FOUND', 'TAG_UNKNOWN']);

/**
 * True when a 404 says that the manifest or repository is not there. Some registries answer 404 also when they do have
 * it but not in an accepted type; and proxies answer 404 with a page.
 */
export function isNotFound(response: BufferedResponse): boolean {
  const { codes, text } = parseErrorBody(response.headers, response.body);
  if (/accept header/i.test(text)) return false;
  if (codes.some((code) => NOT_FOUND_CODES.has(code))) return true;
  return codes.length > 0 ? /not.?found|unknown|no such/i.test(text) : isFromRegistry(response);
}
