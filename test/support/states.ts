import type { Declaration, ImageGuards } from '../../src/config/declaration.ts';
import { DEFAULT_RUN_GUARDS } from '../../src/config/run-rules.ts';
import type { PlaitError } from '../../src/errors/plait-error.ts';
import { decodeManifest } from '../../src/oci/decode.ts';
import type { Annotations, Descriptor } from '../../src/oci/descriptor.ts';
import { computeDigest, type Digest, parseDigest } from '../../src/oci/digest.ts';
import { toStoredIndex } from '../../src/oci/index-bytes.ts';
import type { ImageIndex } from '../../src/oci/manifest.ts';
import { MEDIA_TYPES } from '../../src/oci/media-types.ts';
import { type Platform, parsePlatform } from '../../src/oci/platform.ts';
import { parseReference } from '../../src/oci/reference.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import type { PlanInput } from '../../src/plan/make-plan.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { BuiltContent, DesiredIndex } from '../../src/state/desired.ts';
import type { LiveTag } from '../../src/state/live.ts';
import type { ImageState } from '../../src/state/read-state.ts';

/** A digest that reads well in tests: one character over and over. */
export function digestOf(character: string): Digest {
  return parseDigest(`sha256:${character.repeat(64)}`);
}

/** An index entry for an image of `platform` whose digest is `character` over and over. */
export function entry(platform: string, character: string, more: Partial<Descriptor> = {}): Descriptor {
  return {
    mediaType: MEDIA_TYPES.ociManifest,
    digest: digestOf(character),
    size: 500,
    platform: parsePlatform(platform),
    ...more,
  };
}

/** What buildx adds to an index for the image with the digest of `owner`. */
export function attestation(owner: string, character: string): Descriptor {
  return {
    mediaType: MEDIA_TYPES.ociManifest,
    digest: digestOf(character),
    size: 700,
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: {
      'vnd.docker.reference.digest': digestOf(owner),
      'vnd.docker.reference.type': 'attestation-manifest',
    },
  };
}

/** The built-in guards of an image. */
export const NO_GUARDS: ImageGuards = {
  maxPlatformRemovals: 0,
  immutableTags: [],
  requirePlatforms: [],
  sameLabel: undefined,
};

export function declare(more: Partial<Declaration> = {}): Declaration {
  return {
    id: 'app',
    origin: { file: 'manifests.yaml', line: 3, column: 5 },
    targets: [{ repository: parseRepository('registry.example/app'), tags: ['1.0.0'] }],
    content: { kind: 'platforms', entries: [] },
    mediaType: 'oci',
    annotations: {},
    descriptorAnnotations: {},
    archNames: 'goarch',
    unmanagedPlatforms: 'remove',
    attestations: 'keep',
    guards: NO_GUARDS,
    protect: false,
    referrers: { kind: 'none' },
    compare: 'semantic',
    order: 'declared',
    onMissingSource: 'error',
    labels: {},
    ...more,
  };
}

export interface Built {
  readonly entries: readonly Descriptor[];
  readonly attestations?: readonly Descriptor[];
  readonly retained?: readonly Platform[];
  readonly annotations?: Annotations;
  readonly source?: string;
}

/** A desired index with `entries`, all from `source`, by default another tag of the target repository. */
export function build(parts: Built): BuiltContent {
  const source = parseReference(parts.source ?? 'registry.example/app:build');
  const images = parts.entries.map((descriptor) => ({ kind: 'image' as const, descriptor, source }));
  const attestations = (parts.attestations ?? []).map((descriptor) => ({
    kind: 'attestation' as const,
    descriptor,
    source,
  }));
  const entries = [...images, ...attestations];
  return {
    kind: 'index',
    entries,
    retained: parts.retained ?? [],
    stored: toStoredIndex(
      indexOf(
        entries.map(({ descriptor }) => descriptor),
        { annotations: parts.annotations ?? {} },
      ),
    ),
  };
}

export function indexOf(manifests: readonly Descriptor[], more: Partial<ImageIndex> = {}): ImageIndex {
  return { kind: 'index', mediaType: MEDIA_TYPES.ociIndex, manifests, ...more };
}

/** What a plan document says besides the plan, where a test does not care. */
export const FACTS = { version: '1.0.0', createdAt: 0, configSha256: '', gitCommit: null, requests: {} };

export const ABSENT: LiveTag = { kind: 'absent' };

export function present(index: ImageIndex): Extract<LiveTag, { kind: 'present' }> {
  const { digest, mediaType, bytes } = toStoredIndex(index);
  return { kind: 'present', digest, mediaType, size: bytes.length, content: { manifest: index } };
}

export function unreadable(error: PlaitError): LiveTag {
  return { kind: 'unreadable', error };
}

/** One image of the config with both sides of the comparison: `live` holds what each declared tag of its target holds. */
export function imageState(
  declaration: Declaration,
  content: BuiltContent | { readonly failures: Extract<DesiredIndex, { kind: 'failed' }>['failures'] },
  live: Readonly<Record<string, LiveTag>>,
): ImageState {
  const desired: DesiredIndex =
    'failures' in content
      ? { kind: 'failed', declaration, failures: content.failures }
      : { kind: 'resolved', declaration, content, notices: [] };
  const targets = declaration.targets.map(({ repository, tags }) => ({
    repository,
    tags: tags.map((name) => ({ name, live: live[name] ?? ABSENT })),
  }));
  return { desired, targets, labels: new Map(), referrers: [] };
}

/** What a plan is made of in most tests: no guards of the run, nothing to delete, everything in scope. */
export function planInput(images: readonly ImageState[], more: Partial<PlanInput> = {}): PlanInput {
  return {
    images,
    absences: [],
    guards: DEFAULT_RUN_GUARDS,
    allowances: [],
    mayDelete: () => false,
    scope: { targets: [], exclude: [], selector: null, shard: null },
    ...more,
  };
}

/** What the index of a change says; undefined when there is none. */
export function readIndex({ indexes }: Plan, digest: Digest | null | undefined): ImageIndex | undefined {
  const index = indexes.get(digest ?? computeDigest(new Uint8Array()));
  const manifest = index && decodeManifest(index.bytes, index.mediaType);
  return manifest?.kind === 'index' ? manifest : undefined;
}
