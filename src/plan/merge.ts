import type { Declaration } from '../config/declaration.ts';
import { PlaitError } from '../errors/plait-error.ts';
import { findAttestedDigest } from '../oci/attestation.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { ImageIndex } from '../oci/manifest.ts';
import { MEDIA_TYPES } from '../oci/media-types.ts';
import { formatPlatform, isSamePlatform } from '../oci/platform.ts';
import type { BuiltContent } from '../state/desired.ts';
import type { LiveTag } from '../state/live.ts';
import { followImages, orderImages } from '../state/order.ts';
import { type LiveEntries, listLiveEntries } from './live-entries.ts';
import { type Pairing, pairEntries } from './pair-entries.ts';

/** The index a tag is to hold, and how its images relate to what the tag holds now. */
export interface MergedIndex {
  readonly index: ImageIndex;
  /** Declared images first, then live ones that stay. */
  readonly images: readonly Descriptor[];
  readonly pairing: Pairing;
  readonly live: LiveEntries;
  /** Digests of live entries that stay though nothing declares their image. */
  readonly unmanaged: ReadonlySet<string>;
}

/**
 * Pure: joins what is declared with what a live tag keeps: unmanaged platforms when `keep`, optional platforms whose
 * source is absent, attestations of images that stay, and everything that Plait does not model.
 * Throws PLATFORM_UNMANAGED for an undeclared live platform under `unmanagedPlatforms: error`, and SOURCE_MISSING when
 * nothing would be left to publish.
 */
export function mergeIndex(declaration: Declaration, content: BuiltContent, live: LiveTag): MergedIndex {
  const entries = listLiveEntries(live);
  const declared = listDeclared(content, 'image');
  const pairing = pairEntries(declared, entries.images);
  const retained = pairing.left.filter((entry) => isRetained(content, entry));
  const open = pairing.left.filter((entry) => !retained.includes(entry));
  const unmanaged =
    declaration.unmanagedPlatforms === 'keep' ? open.filter((entry) => entry.platform !== undefined) : [];
  if (declaration.unmanagedPlatforms === 'error') refuseUnmanaged(open);

  const kept = [...retained, ...unmanaged];
  const images = [...declared.map((entry, position) => carryOver(entry, pairing.replaced.get(position))), ...kept];
  if (images.length === 0) throw nothingLeft();
  const ordered = orderImages(declaration.order, images);
  const attestations = joinAttestations({ declaration, content, entries, images: ordered, kept });
  return {
    index: toIndex(declaration, content, { live, manifests: [...ordered, ...entries.others, ...attestations] }),
    images,
    pairing: { replaced: pairing.replaced, left: pairing.left.filter((entry) => !kept.includes(entry)) },
    live: entries,
    unmanaged: new Set(unmanaged.map((entry) => entry.digest)),
  };
}

function listDeclared(content: BuiltContent, kind: 'image' | 'attestation'): readonly Descriptor[] {
  return content.entries.filter((entry) => entry.kind === kind).map((entry) => entry.descriptor);
}

function isRetained(content: BuiltContent, entry: Descriptor): boolean {
  const { platform } = entry;
  return platform !== undefined && content.retained.some((retained) => isSamePlatform(retained, platform));
}

/** Fields that Plait does not model stay with an image that stays. */
function carryOver(wanted: Descriptor, live: Descriptor | undefined): Descriptor {
  return live === undefined || live.digest !== wanted.digest ? wanted : { ...withoutModelled(live), ...wanted };
}

function withoutModelled(live: Descriptor): Partial<Descriptor> {
  const { annotations: _annotations, platform: _platform, ...rest } = live;
  return rest;
}

interface AttestationChoice {
  readonly declaration: Declaration;
  readonly content: BuiltContent;
  readonly entries: LiveEntries;
  readonly images: readonly Descriptor[];
  readonly kept: readonly Descriptor[];
}

/** The sources' attestations, then live ones of images that stay and got no newer ones. */
function joinAttestations(choice: AttestationChoice): readonly Descriptor[] {
  const declared = listDeclared(choice.content, 'attestation');
  const attested = new Set(declared.map(findAttestedDigest));
  const owners = choice.declaration.attestations === 'drop' ? choice.kept : choice.images;
  const stay = new Set<string | undefined>(owners.map((entry) => entry.digest));
  const isKept = (entry: Descriptor) => {
    const owner = findAttestedDigest(entry);
    return stay.has(owner) && !attested.has(owner);
  };
  const all = [...declared, ...choice.entries.attestations.filter(isKept)];
  return choice.declaration.order === 'canonical' ? followImages(all, choice.images) : all;
}

interface IndexParts {
  readonly live: LiveTag;
  readonly manifests: readonly Descriptor[];
}

function toIndex(declaration: Declaration, content: BuiltContent, parts: IndexParts): ImageIndex {
  const base = content.stored.manifest;
  const live = findLiveIndex(parts.live);
  if (live === undefined) return { ...base, manifests: parts.manifests };
  const { artifactType, subject } = live;
  const keepsAnnotations = declaration.unmanagedPlatforms === 'keep' && base.mediaType === MEDIA_TYPES.ociIndex;
  return {
    ...base,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(subject === undefined ? {} : { subject }),
    manifests: parts.manifests,
    annotations: keepsAnnotations ? { ...live.annotations, ...base.annotations } : (base.annotations ?? {}),
  };
}

function findLiveIndex(live: LiveTag): ImageIndex | undefined {
  if (live.kind !== 'present' || live.content?.manifest.kind !== 'index') return undefined;
  return live.content.manifest;
}

function refuseUnmanaged(open: readonly Descriptor[]): void {
  if (open.length === 0) return;
  const platforms = open
    .map(({ platform }) => (platform === undefined ? 'unknown' : formatPlatform(platform)))
    .join(', ');
  throw new PlaitError('PLATFORM_UNMANAGED', `the live tag also holds ${platforms}, which is not declared`, {
    hint: 'declare it, or set  unmanagedPlatforms: keep  or  remove',
  });
}

function nothingLeft(): PlaitError {
  return new PlaitError('SOURCE_MISSING', 'no source of any of its platforms exists', {
    hint: 'all platforms are optional and all are absent: push at least one',
  });
}
