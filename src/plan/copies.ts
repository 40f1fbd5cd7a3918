import type { Digest } from '../oci/digest.ts';
import type { StoredManifest } from '../oci/manifest.ts';
import { isSameRepository, type Repository } from '../oci/repository.ts';
import type { DesiredContent } from '../state/desired.ts';
import type { TargetState } from '../state/read-state.ts';
import type { Copy } from './plan.ts';

export interface CopyList {
  /** What the target repository is not known to hold. */
  readonly copies: readonly Copy[];
  /** What a live index of the target names already: a registry takes no index with a missing child. */
  readonly assumed: readonly Copy[];
}

/** Pure: what `wanted` names and other repositories hold. */
export function listCopies(content: DesiredContent, target: TargetState, wanted: StoredManifest): CopyList {
  const known = listKnown(target);
  const needed =
    content.kind === 'copy'
      ? [{ from: content.source.repository, digest: wanted.digest }]
      : content.entries.map((entry) => ({ from: entry.source.repository, digest: entry.descriptor.digest }));
  const all = new Map<Digest, Copy>();
  for (const { from, digest } of needed) {
    if (isSameRepository(from, target.repository)) continue;
    all.set(digest, { from, digest, how: isSameRegistry(from, target.repository) ? 'mount' : 'stream' });
  }
  const copies = [...all.values()];
  return {
    copies: copies.filter((copy) => !known.has(copy.digest)),
    assumed: copies.filter((copy) => known.has(copy.digest)),
  };
}

/** Digests that live tags of the target hold or name, without those that turned out to be gone. */
function listKnown(target: TargetState): ReadonlySet<Digest> {
  const known = new Set<Digest>();
  for (const { live } of target.tags) {
    if (live.kind !== 'present') continue;
    known.add(live.digest);
    if (live.content?.manifest.kind === 'index') {
      for (const entry of live.content.manifest.manifests) known.add(entry.digest);
    }
  }
  for (const { live } of target.tags) {
    if (live.kind === 'present') for (const digest of live.missing ?? []) known.delete(digest);
  }
  return known;
}

function isSameRegistry(left: Repository, right: Repository): boolean {
  return left.registry === right.registry;
}
