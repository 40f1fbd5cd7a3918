import type { Declaration, DeclaredContent, PlatformSource } from '../config/declaration.ts';
import { PlaitError, toPlaitError } from '../errors/plait-error.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { toStoredIndex } from '../oci/index-bytes.ts';
import { type IndexMediaType, isDockerMediaType, MEDIA_TYPES } from '../oci/media-types.ts';
import { formatPlatform, normalizePlatform, type Platform } from '../oci/platform.ts';
import { formatReference, type Reference } from '../oci/reference.ts';
import { mapAtOnce } from '../transport/map-at-once.ts';
import type { ContentReader } from './content-reader.ts';
import type { BuiltContent, DesiredContent, DesiredEntry, DesiredIndex, Notice, SourceFailure } from './desired.ts';
import type { LockFile } from './lock-file.ts';
import { followImages, orderImages } from './order.ts';
import { explainPinned, pinEntry, pinReference } from './pin.ts';
import { requireAttestations } from './require-attestations.ts';
import { getSource, type ResolvedImage, resolveEntry, resolveFrom } from './resolve-entry.ts';

/** Platforms of one image read side by side; the registry client holds its own limit a host below this. */
const ENTRIES_AT_ONCE = 16;

/**
 * Reads the sources of one declaration, floating ones by the digest that `lock` has for them when there is a lock file. Never
 * throws: what went wrong, all of it, is in the answer.
 */
export async function resolveDesired(
  reader: ContentReader,
  declaration: Declaration,
  lock?: LockFile,
): Promise<DesiredIndex> {
  const collected = await collect({ reader, lock }, declaration);
  if (collected.failures.length > 0) return { kind: 'failed', declaration, failures: collected.failures };
  try {
    if (declaration.attestations === 'require') await requireAttestations(reader, collected.images);
    const notices: Notice[] = [...collected.notices];
    const content = collected.content ?? build(declaration, collected, notices);
    return { kind: 'resolved', declaration, content, notices };
  } catch (error) {
    return { kind: 'failed', declaration, failures: [{ reference: undefined, error: toPlaitError(error) }] };
  }
}

interface Collected {
  readonly content: DesiredContent | undefined;
  readonly images: readonly ResolvedImage[];
  readonly retained: readonly Platform[];
  readonly notices: readonly Notice[];
  readonly failures: readonly SourceFailure[];
}

const NOTHING: Collected = { content: undefined, images: [], retained: [], notices: [], failures: [] };

/** What the sources are read with. */
interface SourceReading {
  readonly reader: ContentReader;
  readonly lock: LockFile | undefined;
}

async function collect({ reader, lock }: SourceReading, declaration: Declaration): Promise<Collected> {
  const { content } = declaration;
  if (content.kind === 'platforms') return collectEntries({ reader, lock }, declaration, content);
  try {
    const pinned = lock === undefined ? content : { ...content, from: pinReference(content.from, lock) };
    if (pinned.kind === 'copy') return { ...NOTHING, content: await resolveCopy(reader, pinned) };
    const images = await resolveFrom(reader, declaration, pinned);
    return { ...NOTHING, images };
  } catch (error) {
    const failure = describeFailure(content.from, error, lock);
    return { ...NOTHING, failures: [failure] };
  }
}

function describeFailure(source: Reference, error: unknown, lock: LockFile | undefined): SourceFailure {
  const known = toPlaitError(error);
  return { reference: formatReference(source), error: lock === undefined ? known : explainPinned(known, source) };
}

async function resolveCopy(
  reader: ContentReader,
  content: Extract<DeclaredContent, { kind: 'copy' }>,
): Promise<DesiredContent> {
  const stored = await getSource(reader, content.from);
  const copied = { kind: 'copy', source: content.from, stored } as const;
  if (stored.manifest.kind === 'index') return copied;
  const { platform } = await reader.readConfig(content.from.repository, stored.manifest);
  return platform === undefined ? copied : { ...copied, platform };
}

async function collectEntries(
  { reader, lock }: SourceReading,
  declaration: Declaration,
  content: Extract<DeclaredContent, { kind: 'platforms' }>,
): Promise<Collected> {
  const images: ResolvedImage[] = [];
  const retained: Platform[] = [];
  const failures: SourceFailure[] = [];
  const notices: Notice[] = [];
  const results = await mapAtOnce(content.entries, ENTRIES_AT_ONCE, async (entry) => {
    try {
      const pinned = lock === undefined ? entry : pinEntry(entry, lock);
      return { entry, pinned, image: pinned && (await resolveEntry(reader, declaration, pinned)) };
    } catch (error) {
      return { failure: describeFailure(entry.source, error, lock) };
    }
  });
  for (const result of results) {
    if ('failure' in result) failures.push(result.failure);
    else if (result.image === undefined) {
      retained.push(publishedPlatform(result.entry));
      notices.push(describeAbsence(declaration, result));
    } else images.push(result.image);
  }
  notices.push(...images.flatMap((image) => image.notices));
  return { content: undefined, images, retained, notices, failures };
}

/** `pinned` is undefined for a source that was not looked for, because the lock file does not hold it. */
function describeAbsence(
  { id }: Declaration,
  { entry, pinned }: { readonly entry: PlatformSource; readonly pinned: PlatformSource | undefined },
): Notice {
  const rest = `${formatPlatform(publishedPlatform(entry))} is optional and stays as it is`;
  if (pinned === undefined) {
    const message = `${formatReference(entry.source)} is not in the lock file; ${rest}`;
    return { code: 'optional-source-unlocked', id, message };
  }
  return { code: 'optional-source-absent', id, message: `${formatReference(pinned.source)} does not exist; ${rest}` };
}

function publishedPlatform(entry: PlatformSource): Platform {
  return normalizePlatform({ ...entry.platform, ...entry.override });
}

function build(declaration: Declaration, collected: Collected, notices: Notice[]): BuiltContent {
  refuseDuplicates(collected.images);
  const isDropped = declaration.attestations === 'drop';
  const attestations = isDropped ? [] : collected.images.flatMap((resolved) => resolved.attestations);
  const images = collected.images.map((resolved) => resolved.image);
  const mediaType = chooseMediaType(declaration, [...images, ...attestations]);
  const all = [...images, ...attestations];
  const entries = mediaType === MEDIA_TYPES.dockerList ? toDockerEntries(declaration, all, notices) : all;
  const { annotations } = declaration;
  const manifests = orderEntries(declaration, entries);
  const stored = toStoredIndex({ kind: 'index', mediaType, manifests, annotations });
  return { kind: 'index', stored, entries, retained: collected.retained };
}

function orderEntries({ order }: Declaration, entries: readonly DesiredEntry[]): readonly Descriptor[] {
  const list = (kind: DesiredEntry['kind']) =>
    entries.filter((entry) => entry.kind === kind).map((entry) => entry.descriptor);
  const images = orderImages(order, list('image'));
  const attestations = list('attestation');
  return [...images, ...(order === 'canonical' ? followImages(attestations, images) : attestations)];
}

/** The key of `platforms` is unique by then; what `from` brings and what an image config adds may still collide. */
function refuseDuplicates(images: readonly ResolvedImage[]): void {
  const seen = new Map<string, DesiredEntry>();
  for (const { image } of images) {
    const platform = image.descriptor.platform === undefined ? '' : formatPlatform(image.descriptor.platform);
    const first = seen.get(platform);
    if (first !== undefined) {
      const sources = `${formatReference(first.source)} and ${formatReference(image.source)}`;
      throw new PlaitError('PLATFORM_DUPLICATE', `two images for ${platform}: ${sources}`, {
        hint: 'keep one of them; a client would take the first and never see the other',
      });
    }
    seen.set(platform, image);
  }
}

function chooseMediaType(declaration: Declaration, entries: readonly DesiredEntry[]): IndexMediaType {
  const isDocker = entries.every((entry) => isDockerMediaType(entry.descriptor.mediaType));
  switch (declaration.mediaType) {
    case 'oci':
      return MEDIA_TYPES.ociIndex;
    case 'docker':
      refuseAttestationsInList(entries);
      return MEDIA_TYPES.dockerList;
    case 'auto':
      return isDocker && entries.length > 0 && !isAnnotated(declaration, entries)
        ? MEDIA_TYPES.dockerList
        : MEDIA_TYPES.ociIndex;
    default:
      return declaration.mediaType satisfies never;
  }
}

function isAnnotated(declaration: Declaration, entries: readonly DesiredEntry[]): boolean {
  return (
    Object.keys(declaration.annotations).length > 0 ||
    entries.some((entry) => Object.keys(entry.descriptor.annotations ?? {}).length > 0)
  );
}

function refuseAttestationsInList(entries: readonly DesiredEntry[]): void {
  const attestation = entries.find((entry) => entry.kind === 'attestation');
  if (attestation === undefined) return;
  throw new PlaitError(
    'MEDIA_TYPE_CONFLICT',
    `${formatReference(attestation.source)} brings attestations, which a Docker manifest list cannot hold`,
    { hint: 'set  attestations: drop  or  mediaType: oci' },
  );
}

/** A Docker list has no annotations: what a source index said of its entries is left out, and said so. */
function toDockerEntries(
  declaration: Declaration,
  entries: readonly DesiredEntry[],
  notices: Notice[],
): readonly DesiredEntry[] {
  return entries.map((entry) => {
    if (entry.descriptor.annotations === undefined) return entry;
    const { annotations: _dropped, ...descriptor } = entry.descriptor;
    notices.push({
      code: 'annotations-dropped',
      id: declaration.id,
      message: `${formatReference(entry.source)}: its annotations are left out, a Docker manifest list cannot hold them`,
    });
    return { ...entry, descriptor };
  });
}
