import type { Digest } from '../oci/digest.ts';

/**
 * Where things are kept. The same folders as the `filesystem` driver of distribution has below its root directory, so
 * that either can serve what the other stored:
 *
 * ```
 * docker/registry/v2/
 *   blobs/sha256/ab/abcd…/data                                       all content, manifests too
 *   repositories/<name>/_layers/sha256/<hex>/link                    the repository has this blob
 *   repositories/<name>/_manifests/revisions/sha256/<hex>/link       the repository has this manifest
 *   repositories/<name>/_manifests/revisions/sha256/<hex>/mediatype  what it was pushed as (ours)
 *   repositories/<name>/_manifests/tags/<tag>/current/link           the digest the tag names
 *   repositories/<name>/_referrers/sha256/<hex>/<alg>-<hex>          a manifest whose subject the first digest is (ours)
 * ```
 *
 * A repository name cannot begin a component with `_`, so nested repositories never meet these folders. Where the file
 * system knows no letter case, tags that differ only by that are one.
 */
const ROOT = 'docker/registry/v2';

/** The folder of all repositories. */
export const REPOSITORIES = `${ROOT}/repositories`;
/** The folder of all content. */
export const BLOBS = `${ROOT}/blobs`;

/** `sha256/<hex>` of a digest. Only digests with a known algorithm get here, so the text is letters and digits. */
function digestPath(digest: Digest): string {
  return digest.replace(':', '/');
}

/** The folder of one content; the bytes are its `data`. */
export function contentFolder(digest: Digest): string {
  const [algorithm = '', hex = ''] = digest.split(':');
  return `${BLOBS}/${algorithm}/${hex.slice(0, 2)}/${hex}`;
}

export function contentPath(digest: Digest): string {
  return `${contentFolder(digest)}/data`;
}

export function blobFolder(repository: string, digest: Digest): string {
  return `${REPOSITORIES}/${repository}/_layers/${digestPath(digest)}`;
}

export function revisionFolder(repository: string, digest: Digest): string {
  return `${REPOSITORIES}/${repository}/_manifests/revisions/${digestPath(digest)}`;
}

export function tagsFolder(repository: string): string {
  return `${REPOSITORIES}/${repository}/_manifests/tags`;
}

export function tagLink(repository: string, tag: string): string {
  return `${tagsFolder(repository)}/${tag}/current/link`;
}

export function referrersFolder(repository: string, subject: Digest): string {
  return `${REPOSITORIES}/${repository}/_referrers/${digestPath(subject)}`;
}
