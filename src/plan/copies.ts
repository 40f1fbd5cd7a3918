import type { Digest } from '../oci/digest.ts';
import type { StoredManifest } from '../oci/manifest.ts';
import { isSameRepository, type Repository } from '../oci/repository.ts';
import type { DesiredContent } from '../state/desired.ts';
import type { TargetState } from '../state/read-state.ts';
import type { Copy } from './plan.ts';

/** Pure: content that `wanted` names and that the target repository is not known to hold. */
export function listCopies(content: DesiredContent, target: TargetState, wanted: StoredManifest): readonly Copy[] {
  const known = listKnown(target);
  const needed =
    content.kind === 'copy'
      ? [{ from: content.source.repository, digest: wanted.digest }]
      : content.entries.map((entry) => ({ from: entry.source.repository, digest: entry.descriptor.digest }));
  const copies = new Map<Digest, Copy>();
  for (const { from, digest } of needed) {
    if (isSameRepository(from, target.repository) || known.has(digest)) continue;
    copies.set(digest, { from, digest, how: isSameRegistry(from, target.repository) ? 'mount' : 'stream' });
  }
  return [...copies.values()];
}

/** What the live indexes of the target name is in the target: a registry takes no index with a missing child. */
function listKnown(target: TargetState): ReadonlySet<Digest> {
  const known = new Set<Digest>();
  for (const { live } of target.tags) {
    if (live.kind !== 'present') continue;
    known.add(live.digest);
    if (live.content?.manifest.kind === 'index') {
      for (const entry of live.content.manifest.manifests) known.add(entry.digest);
    }
  }
  return known;
}

function isSameRegistry(left: Repository, right: Repository): boolean {
  return left.registry === right.registry;
}
