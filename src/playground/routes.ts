import { type Digest, findAlgorithm, isDigest } from '../oci/digest.ts';
import { RegistryFault } from './fault.ts';
import { isRepositoryName } from './grammar.ts';

/** Which endpoint of the distribution API a path names (distribution-spec, "Endpoints"). */
export type Route =
  | { readonly kind: 'base' }
  | { readonly kind: 'catalog' }
  | { readonly kind: 'manifest'; readonly repository: string; readonly reference: string }
  | { readonly kind: 'blob'; readonly repository: string; readonly digest: Digest }
  | { readonly kind: 'uploads'; readonly repository: string }
  | { readonly kind: 'upload'; readonly repository: string; readonly id: string }
  | { readonly kind: 'tags'; readonly repository: string }
  | { readonly kind: 'referrers'; readonly repository: string; readonly digest: Digest };

const PATTERNS: readonly (readonly [RegExp, (repository: string, last: string) => Route])[] = [
  [/^(.+)\/blobs\/uploads\/?$/, (repository) => ({ kind: 'uploads', repository })],
  [/^(.+)\/blobs\/uploads\/([^/]+)$/, (repository, id) => ({ kind: 'upload', repository, id })],
  [/^(.+)\/blobs\/([^/]+)$/, (repository, text) => ({ kind: 'blob', repository, digest: toDigest(text) })],
  [/^(.+)\/manifests\/([^/]+)$/, (repository, reference) => ({ kind: 'manifest', repository, reference })],
  [/^(.+)\/tags\/list$/, (repository) => ({ kind: 'tags', repository })],
  [/^(.+)\/referrers\/([^/]+)$/, (repository, text) => ({ kind: 'referrers', repository, digest: toDigest(text) })],
];

/** The endpoint of `path`, undefined when there is none. Throws NAME_INVALID and DIGEST_INVALID. */
export function parseRoute(path: string): Route | undefined {
  if (path === '/v2/' || path === '/v2') return { kind: 'base' };
  if (path === '/v2/_catalog') return { kind: 'catalog' };
  const rest = path.startsWith('/v2/') ? decode(path.slice('/v2/'.length)) : undefined;
  if (rest === undefined) return undefined;
  for (const [pattern, toRoute] of PATTERNS) {
    const match = pattern.exec(rest);
    if (match !== null) return toRoute(checkName(match[1] ?? ''), match[2] ?? '');
  }
  return undefined;
}

/** A digest that content here can have. Throws DIGEST_INVALID, also for algorithms that cannot be computed. */
export function toDigest(text: string): Digest {
  if (isDigest(text) && findAlgorithm(text) !== undefined) return text;
  throw new RegistryFault('DIGEST_INVALID', 'not a sha256, sha384 or sha512 digest');
}

/** Throws NAME_INVALID. */
export function checkName(text: string): string {
  if (isRepositoryName(text)) return text;
  throw new RegistryFault('NAME_INVALID', 'not a repository name');
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
