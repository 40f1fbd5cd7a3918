import type { Digest } from '../oci/digest.ts';
import type { DesiredContent } from '../state/desired.ts';
import type { FoundReferrer } from '../state/referrers.ts';
import type { Copy, ReferrerCopy } from './plan.ts';

/** Pure: what describes the content that is copied, and what describes that in turn; a subject before what refers to it. */
export function selectReferrers(
  found: readonly FoundReferrer[],
  content: DesiredContent,
  copies: readonly Copy[],
): readonly ReferrerCopy[] {
  const copied = new Set<Digest>(copies.map((copy) => copy.digest));
  const { manifest } = content.stored;
  // A copied index brings its children along.
  if (content.kind === 'copy' && copied.size > 0 && manifest.kind === 'index') {
    for (const { digest } of manifest.manifests) copied.add(digest);
  }
  return found.filter(({ subject, digest }) => {
    if (!copied.has(subject)) return false;
    copied.add(digest);
    return true;
  });
}
