import { PlaitError } from '../errors/plait-error.ts';
import { findAttestedDigest } from '../oci/attestation.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { type Digest, shortDigest } from '../oci/digest.ts';
import type { StoredManifest } from '../oci/manifest.ts';
import { formatPlatform, normalizePlatform } from '../oci/platform.ts';
import { formatReference } from '../oci/reference.ts';
import type { DesiredContent } from '../state/desired.ts';
import type { LiveTag } from '../state/live.ts';
import { sortEntries } from './live-entries.ts';
import type { Copy, FieldChange, PlatformChange } from './plan.ts';

/** What a repair brings back. */
export interface Restoration {
  /** One row an image of the index. */
  readonly platforms: readonly PlatformChange[];
  /** Attestations are no platforms. */
  readonly fields: readonly FieldChange[];
}

/** Pure: the images of an index, with those restored that the registry does not hold any more. */
export function describeRestoration(
  content: DesiredContent,
  live: Extract<LiveTag, { kind: 'present' }>,
  { manifest }: StoredManifest,
): Restoration {
  if (manifest.kind !== 'index') return { platforms: [], fields: [] };
  const missing = new Set(live.missing);
  const { images, attestations } = sortEntries(manifest.manifests);
  const lost = attestations.filter((entry) => missing.has(entry.digest));
  return {
    platforms: images.map((entry) => toRow(content, entry, missing.has(entry.digest))),
    fields: lost.map((entry) => ({
      field: 'attestation',
      key: findOwner(entry, images),
      before: null,
      after: entry.digest,
    })),
  };
}

function toRow(content: DesiredContent, entry: Descriptor, isMissing: boolean): PlatformChange {
  return {
    platform: nameEntry(entry),
    action: isMissing ? 'restore' : 'keep',
    before: isMissing ? null : entry.digest,
    after: entry.digest,
    source: findSource(content, entry.digest),
    reason: isMissing ? 'child-missing' : 'unchanged',
  };
}

function findOwner(attestation: Descriptor, images: readonly Descriptor[]): string {
  const digest = findAttestedDigest(attestation);
  const owner = images.find((entry) => entry.digest === digest);
  return owner === undefined ? (digest ?? 'unknown') : nameEntry(owner);
}

function nameEntry({ platform }: Descriptor): string {
  return platform === undefined ? 'unknown' : formatPlatform(normalizePlatform(platform));
}

function findSource(content: DesiredContent, digest: Digest): string | null {
  if (content.kind === 'copy') return formatReference(content.source);
  const entry = content.entries.find(({ descriptor }) => descriptor.digest === digest);
  return entry === undefined ? null : formatReference(entry.source);
}

/**
 * Pure: why `wanted` cannot be published or repaired; undefined when each of its children that is gone from the target
 * is among what is going to be copied there.
 */
export function findUnrestorable(
  wanted: StoredManifest,
  missing: ReadonlySet<Digest>,
  copies: readonly Copy[],
): PlaitError | undefined {
  if (wanted.manifest.kind !== 'index') return undefined;
  const lost = wanted.manifest.manifests.filter(
    ({ digest }) => missing.has(digest) && !copies.some((copy) => copy.digest === digest),
  );
  if (lost.length === 0) return undefined;
  const names = lost.map(({ digest, platform }) =>
    platform === undefined ? shortDigest(digest) : `${formatPlatform(platform)} (${shortDigest(digest)})`,
  );
  const verb = lost.length === 1 ? 'is' : 'are';
  return new PlaitError(
    'CHILD_MISSING',
    `its index names ${names.join(', ')}, which ${verb} gone from the registry, and so is the source`,
    { hint: 'push the image again, or declare another source for the platform' },
  );
}
