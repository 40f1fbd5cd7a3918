import { findAttestedDigest, isAttestation } from '../oci/attestation.ts';
import type { Annotations, Descriptor } from '../oci/descriptor.ts';
import { formatPlatform, normalizePlatform } from '../oci/platform.ts';
import type { Pairing } from './pair-entries.ts';
import type { FieldChange, PlatformChange } from './plan.ts';

export interface EntryDiff {
  readonly images: readonly Descriptor[];
  readonly pairing: Pairing;
  /** The declared source of an image by its digest, null for what was found live. */
  readonly sourceOf: (entry: Descriptor) => string | null;
  /** Why an image without a declared source stays. */
  readonly keptAs: (entry: Descriptor) => 'unmanaged' | 'optional';
}

/** Pure: one row a platform, in the order of the wanted index, removals last. */
export function diffPlatforms(diff: EntryDiff): readonly PlatformChange[] {
  const rows = diff.images.map((entry, position) => diffImage(diff, entry, diff.pairing.replaced.get(position)));
  const removed = diff.pairing.left.map(
    (entry): PlatformChange => ({
      platform: describe(entry),
      action: 'remove',
      before: entry.digest,
      after: null,
      source: null,
      reason: 'undeclared',
    }),
  );
  return [...rows, ...removed];
}

function diffImage(diff: EntryDiff, entry: Descriptor, before: Descriptor | undefined): PlatformChange {
  const platform = describe(entry);
  const source = diff.sourceOf(entry);
  const { action, before: old, reason } = judgeImage(diff, entry, { before, source });
  // Written out: of objects that begin with those of another, V8 gives each a description of its own, larger than the row.
  return { platform, action, before: old, after: entry.digest, source, reason };
}

function judgeImage(
  diff: EntryDiff,
  entry: Descriptor,
  { before, source }: { readonly before: Descriptor | undefined; readonly source: string | null },
): Pick<PlatformChange, 'action' | 'before' | 'reason'> {
  if (source === null) return { action: 'keep', before: entry.digest, reason: diff.keptAs(entry) };
  if (before === undefined) return { action: 'add', before: null, reason: 'new' };
  if (before.digest !== entry.digest) return { action: 'update', before: before.digest, reason: 'source-moved' };
  const isRelabelled = describe(before) !== describe(entry);
  return isRelabelled
    ? { action: 'update', before: before.digest, reason: 'platform-changed' }
    : { action: 'keep', before: before.digest, reason: 'unchanged' };
}

/** Pure: differences of what the entries say beside their digest. */
export function diffEntryFields(diff: EntryDiff): readonly FieldChange[] {
  return diff.images.flatMap((entry, position) => {
    const before = diff.pairing.replaced.get(position);
    if (before === undefined) return [];
    const platform = describe(entry);
    const relabelled: readonly FieldChange[] =
      describe(before) === platform
        ? []
        : [{ field: 'platform', key: platform, before: describe(before), after: platform }];
    const annotations = diffAnnotations(before.annotations, entry.annotations).map(
      (change): FieldChange => ({ ...change, field: 'descriptor-annotations', key: `${platform} ${change.key}` }),
    );
    return [...relabelled, ...annotations];
  });
}

/** Pure: annotation keys that differ, sorted. */
export function diffAnnotations(
  before: Annotations | undefined,
  after: Annotations | undefined,
): readonly (FieldChange & { readonly field: 'annotations' })[] {
  const old = new Map(Object.entries(before ?? {}));
  const wanted = new Map(Object.entries(after ?? {}));
  return [...new Set([...old.keys(), ...wanted.keys()])]
    .sort()
    .filter((key) => old.get(key) !== wanted.get(key))
    .map((key) => ({ field: 'annotations', key, before: old.get(key) ?? null, after: wanted.get(key) ?? null }));
}

/** Pure: attestations that come or go; one that follows a changed image is named by the image's platform. */
export function diffAttestations(before: readonly Descriptor[], after: readonly Descriptor[]): readonly FieldChange[] {
  const old = before.filter(isAttestation);
  const wanted = after.filter(isAttestation);
  const gone = old.filter((entry) => !wanted.some((other) => other.digest === entry.digest));
  const added = wanted.filter((entry) => !old.some((other) => other.digest === entry.digest));
  return [
    ...added.map(
      (entry): FieldChange => ({ field: 'attestation', key: ownerOf(entry, after), before: null, after: entry.digest }),
    ),
    ...gone.map(
      (entry): FieldChange => ({
        field: 'attestation',
        key: ownerOf(entry, before),
        before: entry.digest,
        after: null,
      }),
    ),
  ];
}

function ownerOf(attestation: Descriptor, entries: readonly Descriptor[]): string {
  const digest = findAttestedDigest(attestation);
  const owner = entries.find((entry) => entry.digest === digest && !isAttestation(entry));
  return owner === undefined ? (digest ?? 'unknown') : describe(owner);
}

function describe(entry: Descriptor): string {
  return entry.platform === undefined ? 'unknown' : formatPlatform(normalizePlatform(entry.platform));
}
